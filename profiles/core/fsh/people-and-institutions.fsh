Invariant: county-resident-id
Description: "A resident identity number has 18 characters: area, birth date, sequence, check character; a former one may have the 15 digits of the first generation"
Severity: #error
Expression: "value.matches('^[1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9X]$') or (use = 'old' and value.matches('^[1-9][0-9]{7}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}$'))"
* insert Zh([[居民身份证号为18位:地址码、出生日期、顺序码、校验码;曾用号(use=old)可为15位]])

Invariant: county-health-record
Description: "A health record number has 17 digits"
Severity: #error
Expression: "matches('^[0-9]{17}$')"
* insert Zh([[健康档案编号为17位数字]])

Invariant: county-social-credit
Description: "A unified social credit code has 18 characters: digits and capitals without I, O, S, V, Z"
Severity: #error
Expression: "matches('^[0-9A-HJ-NP-RTUWXY]{18}$')"
* insert Zh([[统一社会信用代码为18位数字或大写字母(不含I、O、S、V、Z)]])

Invariant: county-person-name
Description: "A name has text or a family name"
Severity: #error
Expression: "text.exists() or family.exists()"
* insert Zh([[姓名应有全名或姓氏]])

Profile: CountyPatient
Parent: Patient
Id: county-patient
Title: "County resident (县域居民)"
Description: "A resident of the county. A newborn without any identifier is a resident too."
* insert Published
* extension contains Ethnicity named ethnicity 0..1 and GenderGb named genderGb 0..1 and ResidenceType named residenceType 0..1
* identifier MS
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains residentId 0..* MS and healthRecord 0..* and healthCard 0..*
* identifier[residentId] ^short = "Resident identity number (居民身份证号)"
* identifier[residentId].system 1..1
* identifier[residentId].system = "urn:oid:2.16.156.10011.1.3" (exactly)
* identifier[residentId].value 1..1
* identifier[residentId] obeys county-resident-id
* identifier[healthRecord] ^short = "Health record number (健康档案编号)"
* identifier[healthRecord].system 1..1
* identifier[healthRecord].system = "urn:oid:2.16.156.10011.1.2" (exactly)
* identifier[healthRecord].value 1..1
* identifier[healthRecord].value obeys county-health-record
* identifier[healthCard] ^short = "Health card number (居民健康卡号)"
* identifier[healthCard].system 1..1
* identifier[healthCard].system = "urn:oid:2.16.156.10011.1.19" (exactly)
* identifier[healthCard].value 1..1
* name 1..* MS
* name obeys county-person-name
* gender 1..1 MS
* birthDate 1..1 MS

Profile: CountyOrganization
Parent: Organization
Id: county-organization
Title: "County institution (县域机构)"
Description: "A health institution, or a part of one."
* insert Published
* identifier ^slicing.discriminator.type = #value
* identifier ^slicing.discriminator.path = "system"
* identifier ^slicing.rules = #open
* identifier contains socialCredit 0..1 and institutionCode 0..1
* identifier[socialCredit] ^short = "Unified social credit code (统一社会信用代码)"
* identifier[socialCredit].system 1..1
* identifier[socialCredit].system = "https://xiantong.example/fhir/NamingSystem/social-credit-code" (exactly)
* identifier[socialCredit].value 1..1
* identifier[socialCredit].value obeys county-social-credit
* identifier[institutionCode] ^short = "Institution code (医疗卫生机构代码)"
* identifier[institutionCode].system 1..1
* identifier[institutionCode].system = "urn:oid:2.16.156.10011.1.5" (exactly)
* identifier[institutionCode].value 1..1
* type from InstitutionTypeVS (extensible)
* name 1..1 MS

Profile: CountyPractitionerRole
Parent: PractitionerRole
Id: county-practitioner-role
Title: "County practitioner role (县域医务人员岗位)"
Description: "Who does what at which institution."
* insert Published
* practitioner 1..1 MS
* organization 1..1 MS
* code 1..* MS

Invariant: county-encounter-start
Description: "An encounter that is neither planned nor cancelled has a start"
Severity: #error
Expression: "status = 'planned' or status = 'cancelled' or period.start.exists()"
* insert Zh([[除计划中或已取消外,就诊应有开始时间]])

Profile: CountyEncounter
Parent: Encounter
Id: county-encounter
Title: "County encounter (县域就诊)"
Description: "A visit or a stay at an institution of the county."
* insert Published
* obeys county-encounter-start
* subject 1..1 MS
* subject only Reference(Patient)
* serviceProvider 1..1 MS
* period MS
