// A draft may be incomplete; what another institution is to act on may not. An emergency is exempted until afterwards.

Invariant: county-referral-consent
Description: "A referral that is no draft rests on a consent, or on an emergency exemption"
Severity: #error
Expression: "status = 'draft' or status = 'on-hold' or status = 'revoked' or status = 'entered-in-error' or extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/referral-consent' or url = 'https://xiantong.example/fhir/StructureDefinition/emergency-exemption').exists()"
* insert Zh([[提交转诊前应有知情同意;急诊豁免除外]])

Invariant: county-referral-emergency
Description: "An emergency exemption is for the priority stat"
Severity: #error
Expression: "extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/emergency-exemption').exists() implies priority = 'stat'"
* insert Zh([[急诊豁免仅适用于优先级为stat的转诊]])

Invariant: county-referral-reason
Description: "A referral has a listed reason"
Severity: #error
Expression: "reasonCode.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-reason').exists()"
* insert Zh([[转诊应选择目录内的转诊原因]])

Invariant: county-referral-other-reason
Description: "Another reason than the listed ones is described"
Severity: #error
Expression: "reasonCode.where(coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-reason' and code = 'other').exists()).all(text.exists())"
* insert Zh([[转诊原因为“其他”时应文字说明]])

Invariant: county-referral-diagnosis
Description: "A referral that is no draft names the preliminary diagnosis"
Severity: #error
Expression: "status = 'draft' or status = 'on-hold' or status = 'revoked' or status = 'entered-in-error' or extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/emergency-exemption').exists() or reasonReference.exists()"
* insert Zh([[提交转诊前应填写初步诊断]])

Invariant: county-referral-summary
Description: "A referral that is no draft summarises the illness"
Severity: #error
Expression: "status = 'draft' or status = 'on-hold' or status = 'revoked' or status = 'entered-in-error' or extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/emergency-exemption').exists() or note.text.exists()"
* insert Zh([[提交转诊前应填写病情摘要]])

Invariant: county-referral-record
Description: "A referral that is no draft refers to the record: medicines and allergies, results, or a document"
Severity: #error
Expression: "status = 'draft' or status = 'on-hold' or status = 'revoked' or status = 'entered-in-error' or extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/emergency-exemption').exists() or supportingInfo.exists()"
* insert Zh([[提交转诊前应附病历资料:用药与过敏、检查检验结果或文书]])

Profile: CountyReferral
Parent: ServiceRequest
Id: county-referral
Title: "County referral (县域转诊申请)"
Description: "A doctor refers a resident to another institution, up, down or to one of the same level, or asks it for an opinion. Where it stands is said by its task (county-referral-task)."
* insert Published
* obeys county-referral-consent and county-referral-emergency and county-referral-reason and county-referral-other-reason and county-referral-diagnosis and county-referral-summary and county-referral-record
* extension contains ReferralDirectionExtension named direction 1..1 MS and ReferralConsentExtension named consent 0..1 MS and EmergencyExemption named exemption 0..1 MS and BedNeeded named bedNeeded 0..1 and IdentityCheckExtension named identityCheck 0..1
* identifier 1..* MS
* identifier ^short = "Number of the referral (转诊单号)"
* basedOn MS
* basedOn ^short = "The up-referral that a down-referral continues (原上转单)"
* status MS
* intent from ReferralIntentVS (required)
* category 1..1 MS
* category from ReferralCategoryVS (required)
* category ^short = "Outpatient, inpatient, examination, rehabilitation, consultation, emergency (转诊类别)"
* priority 1..1 MS
* priority ^short = "Urgency (紧急程度)"
* code 1..1 MS
* code from CountyOrderCodeVS (required)
* code ^short = "Referral or consultation (转诊或会诊)"
* subject 1..1 MS
* subject only Reference(Patient)
* subject ^short = "The resident (居民)"
* occurrence[x] MS
* occurrence[x] ^short = "When it is wished for (期望时间)"
* authoredOn 1..1 MS
* authoredOn ^short = "When it was asked for (申请时间)"
* requester 1..1 MS
* requester only Reference(PractitionerRole)
* requester ^short = "The referring doctor, with institution, department and telephone (申请医生及机构)"
* performer 1..* MS
* performer only Reference(Organization or HealthcareService or PractitionerRole)
* performer ^short = "The receiving institution, department or doctor (转入机构、科室、医生)"
* reasonCode 1..* MS
* reasonCode ^short = "Why (转诊原因)"
* reasonCode from ReferralReasonVS (extensible)
* reasonReference MS
* reasonReference ^short = "Preliminary diagnosis (初步诊断)"
* supportingInfo MS
* supportingInfo ^short = "Medicines, allergies, results, documents (用药、过敏、检查检验结果、文书)"
* note MS
* note ^short = "Summary of the illness: complaint, history, findings (病情摘要)"

Invariant: county-consent-document
Description: "A consent in force refers to the signed form"
Severity: #error
Expression: "status = 'active' implies source.exists()"
* insert Zh([[有效的知情同意应附签署的知情同意书]])

Profile: CountyReferralConsent
Parent: Consent
Id: county-referral-consent
Title: "Consent to a referral (转诊知情同意)"
Description: "The resident, or who may sign for the resident, agrees to be referred and that the receiving institution reads the record."
* insert Published
* obeys county-consent-document
* identifier MS
* identifier ^short = "Number of the consent form (知情同意书编号)"
* status MS
* scope = $consent-scope#treatment
* category 1..* MS
* insert ByPattern(category, $this)
* category contains referral 1..1 MS
* category[referral] = CountyConsent#referral
* category[referral] ^short = "Referral, beside the LOINC code that R4 asks for (转诊知情同意)"
* patient 1..1 MS
* patient ^short = "The resident (居民)"
* dateTime 1..1 MS
* dateTime ^short = "When it was signed (签署时间)"
* performer 1..* MS
* performer only Reference(Patient or RelatedPerson)
* performer ^short = "Who signed: the resident, or who may sign for the resident (签署人)"
* organization 1..* MS
* organization ^short = "Where it was signed (签署机构)"
* source[x] MS
* source[x] ^short = "The signed form (签署的知情同意书)"
* provision MS
* provision.period MS
* provision.period ^short = "How long the receiver may read the record (授权期限)"
* provision.actor MS
* provision.actor ^short = "Who may read the record (被授权机构)"
