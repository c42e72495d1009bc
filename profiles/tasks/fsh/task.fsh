// R4 has no search by Task.restriction.period: see the parameter `due`. https://hl7.org/fhir/R4/task.html#search

Invariant: county-task-window
Description: "A task has the first and the last day on which it is to be done"
Severity: #error
Expression: "restriction.period.start.exists() and restriction.period.end.exists()"
* insert Zh([[任务应有应访起止日期]])

Invariant: county-task-state
Description: "The state of the county and the status of FHIR say the same"
Severity: #error
Expression: "businessStatus.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/public-health-task-state').all((code = 'due' and %resource.status = 'ready') or (code = 'dispatched' and %resource.status = 'accepted') or (code = 'in-progress' and %resource.status = 'in-progress') or (code = 'done' and %resource.status = 'completed') or (code = 'lost' and %resource.status = 'failed') or (code = 'on-hold' and %resource.status = 'on-hold') or (code = 'ended' and %resource.status = 'cancelled'))"
* insert Zh([[任务业务状态应与FHIR任务状态一致]])

Invariant: county-task-not-visited
Description: "A visit that was not made says why: death, moved away, lost, refused"
Severity: #error
Expression: "status = 'failed' implies statusReason.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/not-visited-reason').exists()"
* insert Zh([[失访应选择原因:死亡、迁出、失访、拒绝]])

Invariant: county-task-ended
Description: "A task that will not be done, or is put off, says why"
Severity: #error
Expression: "status in ('cancelled' | 'on-hold') implies statusReason.exists()"
* insert Zh([[暂缓或终止的任务应说明原因]])

Invariant: county-task-performed
Description: "A task that is done says when it was done"
Severity: #error
Expression: "status = 'completed' implies executionPeriod.start.exists()"
* insert Zh([[已完成的任务应有实际执行日期]])

Invariant: county-task-result
Description: "A task that is done refers to what came of it"
Severity: #error
Expression: "status = 'completed' implies output.value.ofType(Reference).exists()"
* insert Zh([[已完成的任务应引用其结果]])

Invariant: county-task-method
Description: "A follow-up visit that was made says in which way: at the clinic, at home, by telephone"
Severity: #error
Expression: "(status = 'completed' and code.coding.where(code = 'follow-up' or code = 'recheck' or code = 'referral-follow-up').exists()) implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/public-health-task-output' and code = 'method').exists()).exists()"
* insert Zh([[已完成的随访应注明随访方式]])

Invariant: county-task-class
Description: "A follow-up visit of hypertension, diabetes or a severe mental disorder ends with a class"
Severity: #error
Expression: "(status = 'completed' and code.coding.where(code = 'follow-up' or code = 'recheck' or code = 'referral-follow-up').exists() and extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/programme').value.where(code = 'hypertension' or code = 'diabetes' or code = 'mental-disorder').exists()) implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/public-health-task-output' and code = 'class').exists()).exists()"
* insert Zh([[高血压、糖尿病、严重精神障碍患者的随访应有随访分类]])

Profile: CountyPublicHealthTask
Parent: Task
Id: county-public-health-task
Title: "Public-health task (公共卫生任务)"
Description: "One visit, examination, vaccination or report that is due for one resident. Its identifier is made of resident, programme and period, so that making it twice makes one. When it was done (executionPeriod) and when that was recorded (lastModified) may differ."
* insert Published
* obeys county-task-window and county-task-state and county-task-not-visited and county-task-ended and county-task-performed and county-task-result and county-task-method and county-task-class
* extension contains ProgrammeExtension named programme 1..1 MS and ServiceArea named area 0..* MS and ServedContract named contract 0..1 MS
* identifier 1..* MS
* identifier ^short = "Number of the task: resident, programme, period (任务编号)"
* instantiatesCanonical MS
* instantiatesCanonical ^short = "url|version of the programme (方案定义及版本)"
* status MS
* statusReason MS
* statusReason from NotVisitedReasonVS (preferred)
* statusReason ^short = "Why not done, put off or ended (未访、暂缓、终止原因)"
* businessStatus 1..1 MS
* businessStatus from TaskStateVS (required)
* businessStatus ^short = "State (任务状态)"
* intent = #order (exactly)
* code 1..1 MS
* code from PublicHealthTaskCodeVS (required)
* for 1..1 MS
* for only Reference(Patient)
* for ^short = "The resident (居民)"
* executionPeriod MS
* executionPeriod ^short = "When it was done (实际执行日期)"
* owner 1..1 MS
* owner only Reference(CareTeam or PractitionerRole or Practitioner or Organization)
* owner ^short = "Who is to do it (责任机构、团队或人员)"
* reasonCode 1..1 MS
* reasonCode from TaskOriginVS (required)
* reasonCode ^short = "Where the task comes from (任务来源)"
* restriction 1..1 MS
* restriction.period 1..1 MS
* restriction.period ^short = "First and last day on which it is to be done (应访起止)"
* output MS
* insert ByPattern(output, type)
* output contains visit 0..* and form 0..* and measurement 0..* and method 0..1 and class 0..1 and nextDue 0..1 and referralReason 0..*
* output[visit] ^short = "The visit (就诊)"
* output[visit].type = TaskOutput#visit
* output[visit].value[x] only Reference(Encounter)
* output[form] ^short = "The completed form (随访表)"
* output[form].type = TaskOutput#form
* output[form].value[x] only Reference(QuestionnaireResponse)
* output[measurement] ^short = "A measurement (测量结果)"
* output[measurement].type = TaskOutput#measurement
* output[measurement].value[x] only Reference(Observation)
* output[method] ^short = "Way of the visit (随访方式)"
* output[method].type = TaskOutput#method
* output[method].value[x] only Coding
* output[method].valueCoding from FollowUpMethodVS (extensible)
* output[class] ^short = "Class (随访分类)"
* output[class].type = TaskOutput#class
* output[class].value[x] only Coding
* output[class].valueCoding from VisitClassVS (required)
* output[nextDue] ^short = "Next visit (下次随访日期)"
* output[nextDue].type = TaskOutput#next-due
* output[nextDue].value[x] only date
* output[referralReason] ^short = "Why the norm demands a referral (转诊原因)"
* output[referralReason].type = TaskOutput#referral-reason
* output[referralReason].value[x] only Coding
* output[referralReason].valueCoding from ReferralTriggerVS (required)

Invariant: county-report-deadline
Description: "A report to the disease-control centre has a deadline"
Severity: #error
Expression: "restriction.period.end.exists()"
* insert Zh([[传染病报告任务应有报告时限]])

Invariant: county-report-done
Description: "A report that is done says when, and refers to the report"
Severity: #error
Expression: "status = 'completed' implies (executionPeriod.exists() and output.exists())"
* insert Zh([[已完成的传染病报告应有报告时间和报告]])

Profile: CountyNotifiableReport
Parent: Task
Id: county-notifiable-report
Title: "Report of a notifiable disease (传染病报告任务)"
Description: "A notifiable disease was diagnosed: the disease-control centre is to be told before the deadline."
* insert Published
* obeys county-report-deadline and county-report-done
* status MS
* intent = #order (exactly)
* code 1..1 MS
* code = PublicHealthTaskCode#notifiable-report
* focus 1..1 MS
* focus only Reference(Condition)
* focus ^short = "The diagnosis (诊断)"
* for 1..1 MS
* for only Reference(Patient)
* requester 1..1 MS
* requester ^short = "Who diagnosed (报告医生)"
* owner 1..1 MS
* owner only Reference(Organization)
* owner ^short = "The disease-control centre (疾控中心)"
* restriction 1..1 MS
* restriction.period 1..1 MS
* restriction.period ^short = "Until when it is to be reported (报告时限)"
