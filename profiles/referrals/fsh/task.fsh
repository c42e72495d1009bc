// Task.status of R4 says less than the county needs: the state stands in businessStatus, and both agree.

Invariant: county-referral-state
Description: "The state of the referral (businessStatus) and Task.status say the same, and change together: draft, awaiting-consent: draft; internal-review, submitted: requested; received: received; accepted: accepted; rejected: rejected; arrived, in-treatment, discharged, down-referred, taken-over, following-up: in-progress; closed: completed; no-show, timed-out: failed; cancelled: cancelled"
Severity: #error
Expression: "businessStatus.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-state').all((code in ('draft' | 'awaiting-consent') and %resource.status = 'draft') or (code in ('internal-review' | 'submitted') and %resource.status = 'requested') or (code = 'received' and %resource.status = 'received') or (code = 'accepted' and %resource.status = 'accepted') or (code = 'rejected' and %resource.status = 'rejected') or (code in ('arrived' | 'in-treatment' | 'discharged' | 'down-referred' | 'taken-over' | 'following-up') and %resource.status = 'in-progress') or (code = 'closed' and %resource.status = 'completed') or (code in ('no-show' | 'timed-out') and %resource.status = 'failed') or (code = 'cancelled' and %resource.status = 'cancelled'))"
* insert Zh([[转诊状态(businessStatus)应与任务状态(Task.status)一致并同时变更:draft、awaiting-consent 对应 draft;internal-review、submitted 对应 requested;received 对应 received;accepted 对应 accepted;rejected 对应 rejected;arrived、in-treatment、discharged、down-referred、taken-over、following-up 对应 in-progress;closed 对应 completed;no-show、timed-out 对应 failed;cancelled 对应 cancelled]])

Invariant: county-referral-rejection
Description: "A rejected referral names a listed reason"
Severity: #error
Expression: "status = 'rejected' implies statusReason.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-rejection-reason').exists()"
* insert Zh([[拒收转诊应选择目录内的拒收原因]])

Invariant: county-referral-ended
Description: "A referral that was cancelled or failed says why"
Severity: #error
Expression: "status in ('cancelled' | 'failed') implies statusReason.exists()"
* insert Zh([[取消或失败的转诊应说明原因]])

Invariant: county-referral-handover
Description: "An up-referral or a lateral one ends treatment with a hand-over document, a consultation with an opinion"
Severity: #error
Expression: "(businessStatus.coding.where(code in ('discharged' | 'down-referred' | 'closed')).exists() and extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/referral-direction').value.where(code = 'up' or code = 'lateral').exists()) implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-output' and (code = 'handover' or code = 'opinion')).exists()).exists()"
* insert Zh([[上转或平转完成诊疗时应有交接文书,会诊应有会诊意见]])

Invariant: county-referral-down-decision
Description: "A closed up-referral was continued by a down-referral, or says why not; a consultation needs neither"
Severity: #error
Expression: "(status = 'completed' and extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/referral-direction').value.where(code = 'up').exists()) implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-output' and code in ('down-referral' | 'no-down-referral' | 'opinion')).exists()).exists()"
* insert Zh([[上转结案时应有下转单或说明不下转原因]])

Invariant: county-referral-outcome
Description: "A closed referral records the outcome; a consultation its opinion"
Severity: #error
Expression: "status = 'completed' implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-output' and code in ('outcome' | 'opinion')).exists()).exists()"
* insert Zh([[转诊结案时应记录治疗结果;会诊应有会诊意见]])

Invariant: county-referral-acknowledged
Description: "Who has taken a resident over has acknowledged the hand-over"
Severity: #error
Expression: "businessStatus.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-state' and code in ('taken-over' | 'following-up')).exists() implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/referral-output' and code = 'acknowledged').exists()).exists()"
* insert Zh([[基层接收后应有交接确认时间]])

Profile: CountyReferralTask
Parent: Task
Id: county-referral-task
Title: "Referral task (转诊任务)"
Description: "Brings one referral from the first doctor to the receiving institution and back. A redirected referral is a rejected task and a new one with the same focus."
* insert Published
* obeys county-referral-state and county-referral-rejection and county-referral-ended and county-referral-handover and county-referral-down-decision and county-referral-outcome and county-referral-acknowledged
* extension contains ReferralDirectionExtension named direction 1..1 MS and StateTime named stateTime 0..* MS
* status MS
* statusReason MS
* statusReason from ReferralStatusReasonVS (extensible)
* statusReason ^short = "Why rejected, cancelled or failed (拒收、取消、失败原因)"
* businessStatus 1..1 MS
* businessStatus from ReferralStateVS (required)
* businessStatus ^short = "State (转诊状态)"
* intent = #order (exactly)
* priority MS
* code 1..1 MS
* code = CountyTaskCode#referral
* focus 1..1 MS
* focus only Reference(ServiceRequest)
* focus ^short = "The referral (转诊申请)"
* for 1..1 MS
* for only Reference(Patient)
* for ^short = "The resident (居民)"
* authoredOn 1..1 MS
* requester 1..1 MS
* requester only Reference(PractitionerRole or Organization)
* requester ^short = "Who refers (申请方)"
* owner 1..1 MS
* owner only Reference(Organization or CareTeam or HealthcareService or PractitionerRole)
* owner ^short = "Who is to act now: department, referral centre, receiving institution, community team (当前处理方)"
* restriction MS
* restriction.period MS
* restriction.period ^short = "Until when the present step is to be done (当前环节时限)"
* input MS
* insert ByPattern(input, type)
* input contains record 0..*
* input[record] ^short = "What the receiver may read (病历资料)"
* input[record].type = ReferralInput#record
* input[record].value[x] only Reference
* output MS
* insert ByPattern(output, type)
* output contains appointment 0..* and encounter 0..* and handover 0..1 and opinion 0..1 and downReferral 0..1 and noDownReferral 0..1 and followUp 0..* and acknowledged 0..1 and outcome 0..1 and redirectedTo 0..1
* insert Output(appointment, appointment, Reference(Appointment\), [[Appointment or bed (预约)]])
* insert Output(encounter, encounter, Reference(Encounter\), [[Visit or stay at the receiver (就诊)]])
* insert Output(handover, handover, Reference(Composition or Bundle or DocumentReference\), [[Hand-over document (交接文书)]])
* insert Output(opinion, opinion, Reference(Composition or Bundle or DocumentReference\), [[Opinion of a consultation (会诊意见)]])
* insert Output(downReferral, down-referral, Reference(ServiceRequest\), [[The down-referral (下转单)]])
* insert Output(noDownReferral, no-down-referral, string, [[Why no down-referral (不下转原因)]])
* insert Output(followUp, follow-up, Reference(Task\), [[Follow-up task (随访任务)]])
* insert Output(acknowledged, acknowledged, dateTime, [[When the hand-over was acknowledged (交接确认时间)]])
* insert Output(outcome, outcome, CodeableConcept, [[How the resident is (治疗结果)]])
* output[outcome].valueCodeableConcept from ReferralOutcomeVS (extensible)
* insert Output(redirectedTo, redirected-to, Reference(Task\), [[The task of the institution it was given to (改派后的任务)]])

RuleSet: Output(slice, code, type, short)
* output[{slice}] ^short = "{short}"
* output[{slice}].type = ReferralOutput#{code}
* output[{slice}].value[x] only {type}
