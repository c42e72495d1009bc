Invariant: county-critical-state
Description: "The state of a critical value and Task.status say the same"
Severity: #error
Expression: "businessStatus.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/critical-value-state').all((code = 'notified' and %resource.status = 'requested') or (code = 'acknowledged' and %resource.status = 'completed') or (code = 'escalated' and %resource.status = 'failed') or (code = 'withdrawn' and %resource.status = 'cancelled'))"
* insert Zh([[危急值处理状态应与FHIR任务状态一致]])

Invariant: county-critical-acknowledged
Description: "An acknowledged critical value says by whom and when"
Severity: #error
Expression: "status = 'completed' implies (output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/critical-value-output' and code = 'acknowledged-by').exists()).exists() and output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/critical-value-output' and code = 'acknowledged-at').exists()).exists())"
* insert Zh([[已确认的危急值应有接收人和接收时间]])

Profile: CountyCriticalValueTask
Parent: Task
Id: county-critical-value-task
Title: "Critical value (危急值处理任务)"
Description: "The orderer is to acknowledge a critical value before the deadline; an escalation is a new task that is part of this one."
* insert Published
* obeys county-critical-state and county-critical-acknowledged
* partOf MS
* status MS
* businessStatus 1..1 MS
* businessStatus from CriticalValueStateVS (required)
* intent = #order (exactly)
* priority 1..1 MS
* priority = #stat (exactly)
* code 1..1 MS
* code = CountyTaskCode#critical-value
* focus 1..1 MS
* focus only Reference(Observation or DiagnosticReport)
* focus ^short = "The critical value (危急值)"
* for 1..1 MS
* for only Reference(Patient)
* authoredOn 1..1 MS
* requester 1..1 MS
* requester ^short = "Who found it (通知人)"
* owner 1..1 MS
* owner ^short = "Who is to acknowledge it (接收人)"
* restriction 1..1 MS
* restriction.period 1..1 MS
* restriction.period.end 1..1
* restriction.period ^short = "Until when (确认时限)"
* output MS
* insert ByPattern(output, type)
* output contains acknowledgedBy 0..1 and acknowledgedAt 0..1 and action 0..*
* insert CriticalOutput(acknowledgedBy, acknowledged-by, [[Reference(Practitioner or PractitionerRole)]], [[Who acknowledged it (接收人)]])
* insert CriticalOutput(acknowledgedAt, acknowledged-at, dateTime, [[When (接收时间)]])
* insert CriticalOutput(action, action, string, [[What was done (处理措施)]])

RuleSet: CriticalOutput(slice, code, type, short)
* output[{slice}] ^short = "{short}"
* output[{slice}].type = CriticalValueOutput#{code}
* output[{slice}].value[x] only {type}

Invariant: county-notice-sent
Description: "A notice that was given says when it was sent"
Severity: #error
Expression: "status = 'completed' implies sent.exists()"
* insert Zh([[已完成的危急值通知应有发送时间]])

Profile: CountyCriticalValueNotice
Parent: Communication
Id: county-critical-value-notice
Title: "Notice of a critical value (危急值通知)"
Description: "What was said about a critical value, to whom and when."
* insert Published
* obeys county-notice-sent
* basedOn 1..* MS
* basedOn ^short = "The task (危急值处理任务)"
* status MS
* priority 1..1 MS
* priority = #stat (exactly)
* subject 1..1 MS
* subject only Reference(Patient)
* about 1..* MS
* about ^short = "The critical value (危急值)"
* sent MS
* received MS
* recipient 1..* MS
* recipient ^short = "Who was told (接收人)"
* sender 1..1 MS
* sender ^short = "Who told it (通知人)"
* payload 1..* MS
