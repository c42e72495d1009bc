// NamingSystem.date is required by the specification; it is the day of the first publication and stays.
RuleSet: Naming(name, uri, comment)
* name = "{name}"
* status = #active
* kind = #identifier
* date = "2026-01-01"
* publisher = "Xiantong"
* description = "{comment}"
* uniqueId[0].type = #uri
* uniqueId[0].value = "{uri}"
* uniqueId[0].preferred = true

RuleSet: AlsoOid(oid)
* uniqueId[+].type = #oid
* uniqueId[=].value = "{oid}"
* uniqueId[=].preferred = false

RuleSet: AlsoUri(uri)
* uniqueId[+].type = #uri
* uniqueId[=].value = "{uri}"
* uniqueId[=].preferred = false

// A system with an object identifier; the address of the definition is read as the same.
RuleSet: Oid(id, name, oid, comment)
* insert Naming({name}, [[urn:oid:{oid}]], [[{comment}]])
* insert AlsoOid({oid})
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/{id}]])

Instance: resident-id
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(resident-id, ResidentId, 2.16.156.10011.1.3, [[Resident identity number (居民身份证号), GB 11643]])
// Used by the HL7 China connectathon
* insert AlsoOid(2.16.840.1.113883.2.23.1.19.1)
// Named by a wiki of HL7 China
* insert AlsoOid(2.16.840.1.113883.2.23.1.8.4.1)

Instance: health-record
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(health-record, HealthRecord, 2.16.156.10011.1.2, [[Health record number of a resident (居民健康档案编号)]])

Instance: health-card
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(health-card, HealthCard, 2.16.156.10011.1.19, [[Number of a resident's health card, also electronic (居民健康卡号)]])

Instance: institution-code
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(institution-code, InstitutionCode, 2.16.156.10011.1.5, [[Code of a health institution (医疗卫生机构代码)]])

Instance: document-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(document-number, DocumentNumber, 2.16.156.10011.1.1, [[Running number of a document (文档流水号)]])

Instance: staff-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(staff-number, StaffNumber, 2.16.156.10011.1.7, [[Number of a member of staff (医务人员编号)]])

Instance: outpatient-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(outpatient-number, OutpatientNumber, 2.16.156.10011.1.11, [[Number of an outpatient or emergency visit (门(急)诊号)]])

Instance: inpatient-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(inpatient-number, InpatientNumber, 2.16.156.10011.1.12, [[Number of an inpatient stay (住院号)]])

Instance: medical-record-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(medical-record-number, MedicalRecordNumber, 2.16.156.10011.1.13, [[Number of the medical record of an institution (病案号)]])

Instance: specimen-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(specimen-number, SpecimenNumber, 2.16.156.10011.1.14, [[Number of a specimen (标本号)]])

Instance: prescription-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(prescription-number, PrescriptionNumber, 2.16.156.10011.1.20, [[Number of a prescription (处方编号)]])

Instance: order-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(order-number, OrderNumber, 2.16.156.10011.1.24, [[Number of an electronic order (电子申请单编号)]])

Instance: department-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(department-number, DepartmentNumber, 2.16.156.10011.1.26, [[Number of a department (科室号)]])

Instance: imaging-report-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(imaging-report-number, ImagingReportNumber, 2.16.156.10011.1.32, [[Number of an imaging or functional report (检查报告单号)]])

Instance: laboratory-report-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(laboratory-report-number, LaboratoryReportNumber, 2.16.156.10011.1.33, [[Number of a laboratory report (检验报告单号)]])

Instance: consent-number
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(consent-number, ConsentNumber, 2.16.156.10011.1.34, [[Number of an informed consent (知情同意书编号)]])

// A card of its own: its number is not that of the health card.
Instance: social-security-card
InstanceOf: NamingSystem
Usage: #definition
* insert Oid(social-security-card, SocialSecurityCard, 2.16.840.1.113883.2.23.1.19.2, [[Number of a social security card (社会保障卡号)]])

Instance: social-credit-code
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(SocialCreditCode, [[https://xiantong.example/fhir/NamingSystem/social-credit-code]], [[Unified social credit code (统一社会信用代码), GB 32100; no national object identifier is known for it]])
