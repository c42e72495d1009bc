Profile: CountyQualityEvidence
Parent: Basic
Id: county-quality-evidence
Title: "Quality evidence of a laboratory (实验室质控依据)"
Description: "How one laboratory did in one cycle of a quality programme. Recognition marks point here."
* insert Published
* extension contains QualityEvidence named evidence 1..1 MS
* code = CountyBasicCode#quality-evidence
* subject 1..1 MS
* subject only Reference(Organization)
* subject ^short = "The laboratory"
* author only Reference(Organization)
* author ^short = "Who runs the programme"

Invariant: county-denial-reason
Description: "A denial names a listed reason for repeating the examination"
Severity: #error
Expression: "status = 'rejected' implies statusReason.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/recheck-reason' and (code in ('1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'))).exists()"
* insert Zh([[不予互认应选择目录内的复检原因]])

Invariant: county-denial-explanation
Description: "A denial records the explanation given to the patient"
Severity: #error
Expression: "status = 'rejected' implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/county-decision-output' and code = 'explanation').exists()).value.exists()"
* insert Zh([[不予互认应记录向患者所作的说明]])

Invariant: county-revocation-reason
Description: "A revoked decision says why"
Severity: #error
Expression: "status = 'cancelled' implies statusReason.exists()"
* insert Zh([[撤销互认决定应说明原因]])

Invariant: county-recognition-outcome
Description: "A completed decision has the outcome recognized"
Severity: #error
Expression: "status = 'completed' implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/county-decision-output' and code = 'outcome').exists() and value = 'recognized').exists()"
* insert Zh([[已完成的互认决定应有“已互认”结论]])

Profile: CountyRecognitionDecision
Parent: Task
Id: county-recognition-decision
Title: "Recognition decision (互认决定)"
Description: "Whether an earlier result is used instead of a new examination: offered by the server, decided by the doctor, revocable."
* insert Published
* obeys county-denial-reason and county-denial-explanation and county-revocation-reason and county-recognition-outcome
* status from RecognitionDecisionStatusVS (required)
* statusReason MS
* statusReason from RecheckReasonNationalVS (preferred)
* businessStatus MS
* businessStatus from RecognitionDecisionStateVS (required)
* intent = #order (exactly)
* code 1..1 MS
* code = CountyTaskCode#recognition-decision
* instantiatesUri ^short = "The ruleset that was applied: url|version (适用规则)"
* focus 1..1 MS
* focus only Reference(Observation or DiagnosticReport or ImagingStudy)
* focus ^short = "The earlier result: a value, a panel, or images, never the opinion about them"
* for 1..1 MS
* for only Reference(Patient)
* encounter MS
* owner 1..1 MS
* owner only Reference(Practitioner or PractitionerRole)
* owner ^short = "The doctor who decides"
* input 1..* MS
* input ^slicing.discriminator.type = #pattern
* input ^slicing.discriminator.path = "type"
* input ^slicing.rules = #open
* input contains item 1..*
* input[item] ^short = "The ordered item"
* input[item].type = CountyDecisionInput#item
* input[item].value[x] only CodeableConcept or Reference(ServiceRequest)
* output MS
* output ^slicing.discriminator.type = #pattern
* output ^slicing.discriminator.path = "type"
* output ^slicing.rules = #open
* output contains outcome 0..1 and explanation 0..1 and explainedAt 0..1 and rereading 0..1
* output[outcome] ^short = "What was decided"
* output[outcome].type = CountyDecisionOutput#outcome
* output[outcome].value[x] only code
* output[outcome].valueCode from RecognitionOutcomeVS (required)
* output[explanation] ^short = "What the patient was told"
* output[explanation].type = CountyDecisionOutput#explanation
* output[explanation].value[x] only string
* output[explainedAt] ^short = "When the patient was told"
* output[explainedAt].type = CountyDecisionOutput#explained-at
* output[explainedAt].value[x] only dateTime
* output[rereading] ^short = "The order to read recognised images again (重新阅片申请)"
* output[rereading].type = CountyDecisionOutput#rereading
* output[rereading].value[x] only Reference(ServiceRequest)
