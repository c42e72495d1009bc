Invariant: county-source-identified
Description: "The contributing system is named by a reference or an identifier"
Severity: #error
Expression: "agent.where(type.coding.where(code = 'assembler').exists()).all(who.reference.exists() or who.identifier.exists())"
* insert Zh([[来源系统应以引用或标识注明]])

Profile: CountySourceProvenance
Parent: Provenance
Id: county-source-provenance
Title: "Source of a record (数据来源)"
Description: "Which system of which institution contributed a resource, in which message. When it happened and when it was recorded may differ: late arrival is visible."
* insert Published
* obeys county-source-identified
* occurred[x] MS
* occurred[x] ^short = "When it happened (业务发生时间)"
* recorded MS
* recorded ^short = "When it was recorded (入库时间)"
* agent MS
* agent ^slicing.discriminator.type = #pattern
* agent ^slicing.discriminator.path = "type"
* agent ^slicing.rules = #open
* agent contains system 1..1 MS
* agent[system] ^short = "The contributing system (来源系统)"
* agent[system].type 1..1
* agent[system].type = $agent#assembler
* agent[system].who only Reference(Device or Organization)
* agent[system].onBehalfOf MS
* agent[system].onBehalfOf only Reference(Organization)
* agent[system].onBehalfOf ^short = "The institution (来源机构)"
* entity MS
* entity ^short = "The message as it came (原始消息)"

Invariant: county-document-hash
Description: "A document that is kept elsewhere than in the resource bears its SHA-1 hash"
Severity: #error
Expression: "content.attachment.where(url.exists()).all(hash.exists())"
* insert Zh([[以地址引用的文档应有SHA-1哈希值]])

Profile: CountySharedDocument
Parent: DocumentReference
Id: county-shared-document
Title: "Shared document (共享文档)"
Description: "A document that institutions share: a national shared document, a scan, a report."
* insert Published
* obeys county-document-hash
* masterIdentifier 1..1 MS
* masterIdentifier ^short = "Number of the document (文档编号)"
* type 1..1 MS
* type from SharedDocumentTypeVS (preferred)
* type.coding 1..*
* type ^short = "National type, or LOINC (文档类型)"
* subject 1..1 MS
* subject only Reference(Patient)
* date 1..1 MS
* author MS
* custodian 1..1 MS
* custodian ^short = "The institution that keeps it (保管机构)"
* securityLabel MS
* content MS
* content.attachment.contentType 1..1 MS
* content.attachment.size MS
* content.attachment.hash MS
* content.attachment.title MS
* context MS

Invariant: county-first-page-section
Description: "A section has entries, or says why it is empty"
Severity: #error
Expression: "section.all(entry.exists() or emptyReason.exists() or section.exists())"
* insert Zh([[首页各栏目应有内容,或注明无内容的原因]])

// Sections as in the International Patient Summary, http://hl7.org/fhir/uv/ips/, and those of the national first page.
Profile: CountyFirstPage
Parent: Composition
Id: county-first-page
Title: "First page of the health record (健康档案首页)"
Description: "What anybody who treats a resident sees first: the national first page, on the sections of the International Patient Summary. Health marks follow from the record and are not edited."
* insert Published
* obeys county-first-page-section
* identifier MS
* status MS
* type = $loinc#60591-5
* subject 1..1 MS
* subject only Reference(Patient)
* date MS
* author MS
* title MS
* custodian 1..1 MS
* custodian ^short = "The institution that answers for the record (责任机构)"
* section 3..* MS
* section ^slicing.discriminator.type = #pattern
* section ^slicing.discriminator.path = "code"
* section ^slicing.rules = #open
* section contains problems 1..1 MS and allergies 1..1 MS and medications 1..1 MS and healthMarks 0..1 MS and immunizations 0..1 MS and results 0..1 MS and responsibility 0..1 MS and openTasks 0..1 MS
* section[problems] insert Section(11450-4, [[Problems (健康问题)]])
* section[problems].entry only Reference(Condition)
* section[allergies] insert Section(48765-2, [[Allergies (过敏史)]])
* section[allergies].entry only Reference(AllergyIntolerance)
* section[medications] insert Section(10160-0, [[Medicines (用药)]])
* section[medications].entry only Reference(MedicationStatement or MedicationRequest)
* section[immunizations] insert Section(11369-6, [[Vaccinations (预防接种)]])
* section[immunizations].entry only Reference(Immunization)
* section[results] insert Section(30954-2, [[Results (检查检验结果)]])
* section[results].entry only Reference(Observation or DiagnosticReport)
* section[healthMarks] insert OwnSection(health-marks, [[Personal health marks (个人健康标识)]])
* section[healthMarks].entry only Reference(Observation or Flag or Condition)
* section[responsibility] insert OwnSection(responsibility, [[Contract and responsible doctor (签约与责任医生)]])
* section[responsibility].entry only Reference(Contract or CareTeam or EpisodeOfCare)
* section[openTasks] insert OwnSection(open-tasks, [[Open tasks (待办服务)]])
* section[openTasks].entry only Reference(Task)

RuleSet: Section(code, short)
* code 1..1
* code = $loinc#{code}
* ^short = "{short}"

RuleSet: OwnSection(code, short)
* code 1..1
* code = FirstPageSection#{code}
* ^short = "{short}"

Profile: CountyHealthMark
Parent: Observation
Id: county-health-mark
Title: "Health mark (个人健康标识)"
Description: "A mark on the first page. It follows from the resources named in derivedFrom or focus, so that it can be traced, and is not edited."
* insert Published
* code = FirstPageSection#health-marks
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] 1..1 MS
* effective[x] only dateTime or Period
* value[x] 1..1 MS
* value[x] only CodeableConcept
* valueCodeableConcept from HealthMarkVS (required)
* value[x] ^short = "The mark (标识)"
* focus MS
* focus ^short = "What the mark follows from (依据)"
* derivedFrom MS
