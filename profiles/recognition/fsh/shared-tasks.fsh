// Two tasks for each order, because two institutions act: one examines, the centre reads.

Invariant: county-diagnosis-state
Description: "The state of a shared diagnosis and Task.status say the same"
Severity: #error
Expression: "businessStatus.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/shared-diagnosis-state').all((code = 'requested' and %resource.status = 'requested') or (code = 'registered' and %resource.status = 'accepted') or (code in ('examining' | 'interpreting') and %resource.status = 'in-progress') or (code in ('uploaded' | 'published' | 'amended') and %resource.status = 'completed') or (code = 'delivered' and %resource.status = 'received') or (code = 'unsatisfactory' and %resource.status = 'rejected') or (code = 'cancelled' and %resource.status = 'cancelled'))"
* insert Zh([[集中诊断状态应与FHIR任务状态一致]])

Invariant: county-diagnosis-reason
Description: "A task of a shared diagnosis that was rejected or cancelled says why"
Severity: #error
Expression: "(status in ('rejected' | 'cancelled')) implies statusReason.exists()"
* insert Zh([[不合格或取消的检查任务应说明原因]])

Invariant: county-examination-output
Description: "A completed examination refers to the specimen, the images or the recording"
Severity: #error
Expression: "status = 'completed' implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/shared-diagnosis-output' and code in ('specimen' | 'images' | 'recording')).exists()).exists()"
* insert Zh([[检查完成后应有标本、影像或记录]])

Invariant: county-diagnosis-output
Description: "A completed diagnosis refers to its report"
Severity: #error
Expression: "status = 'completed' implies output.where(type.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/shared-diagnosis-output' and code = 'report').exists()).exists()"
* insert Zh([[诊断完成后应有报告]])

RuleSet: SharedTask
* obeys county-diagnosis-state and county-diagnosis-reason
* basedOn 1..* MS
* basedOn only Reference(ServiceRequest)
* basedOn ^short = "The order (申请单)"
* status MS
* statusReason MS
* statusReason from ExaminationRejectionReasonVS (preferred)
* statusReason ^short = "Why rejected or cancelled (不合格或取消原因)"
* businessStatus 1..1 MS
* intent = #order (exactly)
* code 1..1 MS
* for 1..1 MS
* for only Reference(Patient)
* authoredOn 1..1 MS
* owner 1..1 MS
* restriction MS
* restriction.period ^short = "Until when the present step is to be done (当前环节时限)"
* output MS
* insert ByPattern(output, type)

RuleSet: SharedOutput(slice, code, targets, short)
* output[{slice}] ^short = "{short}"
* output[{slice}].type = SharedDiagnosisOutput#{code}
* output[{slice}].value[x] only Reference({targets})

Profile: CountyExaminationTask
Parent: Task
Id: county-examination-task
Title: "Examination for a shared centre (分布式检查任务)"
Description: "What the examining institution does for one order."
* insert Published
* insert SharedTask
* obeys county-examination-output
* code = CountyTaskCode#shared-examination
* businessStatus from ExaminationStateVS (required)
* owner only Reference(Organization or PractitionerRole or HealthcareService)
* owner ^short = "The examining institution (检查机构)"
* output contains specimen 0..* and images 0..1 and recording 0..*
* insert SharedOutput(specimen, specimen, Specimen, [[The specimen (标本)]])
* insert SharedOutput(images, images, ImagingStudy, [[The images (影像)]])
* insert SharedOutput(recording, recording, Media, [[The recording (心电记录)]])

Profile: CountyDiagnosisTask
Parent: Task
Id: county-diagnosis-task
Title: "Diagnosis by a shared centre (集中式诊断任务)"
Description: "What the centre does for one order. A corrected report has a new task."
* insert Published
* insert SharedTask
* obeys county-diagnosis-output
* code = CountyTaskCode#shared-diagnosis
* businessStatus from DiagnosisStateVS (required)
* owner only Reference(Organization or PractitionerRole or HealthcareService)
* owner ^short = "The centre (诊断机构)"
* output contains report 0..1
* insert SharedOutput(report, report, DiagnosticReport, [[The report (报告)]])
