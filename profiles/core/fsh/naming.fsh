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

RuleSet: NationalOid(oid)
* uniqueId[+].type = #oid
* uniqueId[=].value = "{oid}"
* uniqueId[=].preferred = false

// The other arc of China, as HL7 China uses it.
RuleSet: OtherOid(oid, comment)
* uniqueId[+].type = #oid
* uniqueId[=].value = "{oid}"
* uniqueId[=].preferred = false
* uniqueId[=].comment = "{comment}"

RuleSet: AlsoUri(uri, comment)
* uniqueId[+].type = #uri
* uniqueId[=].value = "{uri}"
* uniqueId[=].preferred = false
* uniqueId[=].comment = "{comment}"

Instance: resident-id
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(ResidentId, [[urn:oid:2.16.156.10011.1.3]], [[Resident identity number (居民身份证号), GB 11643]])
* insert NationalOid(2.16.156.10011.1.3)
* insert OtherOid(2.16.840.1.113883.2.23.1.19.1, [[Used by the HL7 China connectathon]])
* insert OtherOid(2.16.840.1.113883.2.23.1.8.4.1, [[Named by a wiki of HL7 China]])
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/resident-id]], [[Address of this definition]])

Instance: health-record
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(HealthRecord, [[urn:oid:2.16.156.10011.1.2]], [[Health record number of a resident (居民健康档案编号)]])
* insert NationalOid(2.16.156.10011.1.2)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/health-record]], [[Address of this definition]])

Instance: health-card
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(HealthCard, [[urn:oid:2.16.156.10011.1.19]], [[Number of a resident's health card, also electronic (居民健康卡号)]])
* insert NationalOid(2.16.156.10011.1.19)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/health-card]], [[Address of this definition]])

Instance: institution-code
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(InstitutionCode, [[urn:oid:2.16.156.10011.1.5]], [[Code of a health institution (医疗卫生机构代码)]])
* insert NationalOid(2.16.156.10011.1.5)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/institution-code]], [[Address of this definition]])

Instance: document-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(DocumentNumber, [[urn:oid:2.16.156.10011.1.1]], [[Running number of a document (文档流水号)]])
* insert NationalOid(2.16.156.10011.1.1)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/document-number]], [[Address of this definition]])

Instance: staff-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(StaffNumber, [[urn:oid:2.16.156.10011.1.7]], [[Number of a member of staff (医务人员编号)]])
* insert NationalOid(2.16.156.10011.1.7)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/staff-number]], [[Address of this definition]])

Instance: outpatient-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(OutpatientNumber, [[urn:oid:2.16.156.10011.1.11]], [[Number of an outpatient or emergency visit (门(急)诊号)]])
* insert NationalOid(2.16.156.10011.1.11)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/outpatient-number]], [[Address of this definition]])

Instance: inpatient-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(InpatientNumber, [[urn:oid:2.16.156.10011.1.12]], [[Number of an inpatient stay (住院号)]])
* insert NationalOid(2.16.156.10011.1.12)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/inpatient-number]], [[Address of this definition]])

Instance: medical-record-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(MedicalRecordNumber, [[urn:oid:2.16.156.10011.1.13]], [[Number of the medical record of an institution (病案号)]])
* insert NationalOid(2.16.156.10011.1.13)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/medical-record-number]], [[Address of this definition]])

Instance: specimen-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(SpecimenNumber, [[urn:oid:2.16.156.10011.1.14]], [[Number of a specimen (标本号)]])
* insert NationalOid(2.16.156.10011.1.14)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/specimen-number]], [[Address of this definition]])

Instance: prescription-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(PrescriptionNumber, [[urn:oid:2.16.156.10011.1.20]], [[Number of a prescription (处方编号)]])
* insert NationalOid(2.16.156.10011.1.20)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/prescription-number]], [[Address of this definition]])

Instance: order-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(OrderNumber, [[urn:oid:2.16.156.10011.1.24]], [[Number of an electronic order (电子申请单编号)]])
* insert NationalOid(2.16.156.10011.1.24)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/order-number]], [[Address of this definition]])

Instance: department-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(DepartmentNumber, [[urn:oid:2.16.156.10011.1.26]], [[Number of a department (科室号)]])
* insert NationalOid(2.16.156.10011.1.26)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/department-number]], [[Address of this definition]])

Instance: imaging-report-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(ImagingReportNumber, [[urn:oid:2.16.156.10011.1.32]], [[Number of an imaging or functional report (检查报告单号)]])
* insert NationalOid(2.16.156.10011.1.32)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/imaging-report-number]], [[Address of this definition]])

Instance: laboratory-report-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(LaboratoryReportNumber, [[urn:oid:2.16.156.10011.1.33]], [[Number of a laboratory report (检验报告单号)]])
* insert NationalOid(2.16.156.10011.1.33)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/laboratory-report-number]], [[Address of this definition]])

Instance: consent-number
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(ConsentNumber, [[urn:oid:2.16.156.10011.1.34]], [[Number of an informed consent (知情同意书编号)]])
* insert NationalOid(2.16.156.10011.1.34)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/consent-number]], [[Address of this definition]])

// A card of its own: its number is not that of the health card.
Instance: social-security-card
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(SocialSecurityCard, [[urn:oid:2.16.840.1.113883.2.23.1.19.2]], [[Number of a social security card (社会保障卡号)]])
* insert NationalOid(2.16.840.1.113883.2.23.1.19.2)
* insert AlsoUri([[https://xiantong.example/fhir/NamingSystem/social-security-card]], [[Address of this definition]])

Instance: social-credit-code
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(SocialCreditCode, [[https://xiantong.example/fhir/NamingSystem/social-credit-code]], [[Unified social credit code (统一社会信用代码), GB 32100; no national object identifier is known for it]])
