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
* insert AlsoUri([[urn:oid:2.16.840.1.113883.2.23.1.19.1]], [[Used by the HL7 China connectathon; store the preferred form]])

Instance: health-record
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(HealthRecord, [[urn:oid:2.16.156.10011.1.2]], [[Health record number of a resident (居民健康档案编号)]])
* insert NationalOid(2.16.156.10011.1.2)

Instance: health-card
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(HealthCard, [[urn:oid:2.16.156.10011.1.19]], [[Number of a resident's health card, also electronic (居民健康卡号)]])
* insert NationalOid(2.16.156.10011.1.19)

Instance: institution-code
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(InstitutionCode, [[urn:oid:2.16.156.10011.1.5]], [[Code of a health institution (医疗卫生机构代码)]])
* insert NationalOid(2.16.156.10011.1.5)

Instance: social-credit-code
InstanceOf: NamingSystem
Usage: #definition
* insert Naming(SocialCreditCode, [[https://xiantong.example/fhir/NamingSystem/social-credit-code]], [[Unified social credit code (统一社会信用代码), GB 32100; no national object identifier is known for it]])
