Extension: ProgrammeExtension
Id: programme
Title: "Programme (服务方案)"
Description: "The public-health programme to which a task belongs."
Context: Task
* insert OneValue([[Coding]], [[The programme (服务方案)]])
* valueCoding from ProgrammeVS (extensible)
* valueCoding.code 1..1

Extension: ServiceArea
Id: service-area
Title: "Village or grid (村或网格)"
Description: "The village (GB/T 2260 and its 12-digit continuation) or the grid of the county where a resident lives and a task is to be done: what worklists are divided by."
Context: Patient, Task
* insert OneValue([[Coding]], [[Code of the village or grid (村或网格代码)]])
* valueCoding.system 1..1
* valueCoding.code 1..1

Extension: EvidenceLabelExtension
Id: evidence-label
Title: "Evidence (依据状态)"
Description: "Whether the threshold or interval was seen in a published text. What is not confirmed is to be checked before use."
Context: PlanDefinition.action, PlanDefinition.goal
* insert OneValue([[code]], [[published or unconfirmed (依据状态)]])
* valueCode from EvidenceLabelVS (required)

Extension: TimingAnchorExtension
Id: timing-anchor
Title: "Start of the time (时间起点)"
Description: "From what an age, a range or a duration of an action is counted."
Context: PlanDefinition.action
* insert OneValue([[code]], [[What the time is counted from (时间起点)]])
* valueCode from TimingAnchorVS (required)

Extension: PopulationTimes
Id: population-times
Title: "How often for a key population (重点人群频次)"
Description: "How many times in the calendar year residents of a key population are asked, each in an equal part of it, where others are asked once."
Context: PlanDefinition.action
* insert Published
* extension contains population 1..1 and times 1..1
* extension[population] ^short = "The key population (重点人群)"
* extension[population].value[x] 1..1
* extension[population].value[x] only Coding
* extension[population].valueCoding from KeyPopulationVS (extensible)
* extension[population].valueCoding.code 1..1
* extension[times] ^short = "How many times in the calendar year (每年次数)"
* extension[times].value[x] 1..1
* extension[times].value[x] only positiveInt

Extension: OptionalAction
Id: optional-action
Title: "Only when chosen (可选动作)"
Description: "The action is one of several ways: it is due for enrolments that name it in programme-option."
Context: PlanDefinition.action
* insert OneValue([[boolean]], [[Only when chosen (可选)]])

Extension: ProgrammeOption
Id: programme-option
Title: "Chosen action (选定动作)"
Description: "The id of an optional action of the programme that was chosen for the resident: by whom treatment is supervised."
Context: EpisodeOfCare
* insert OneValue([[code]], [[Id of the action (动作标识)]])

Extension: ProgrammeAnchor
Id: programme-anchor
Title: "Day from which actions are counted (时间起点日期)"
Description: "A day from which times of the programme are counted: the last menstruation, the delivery, the discharge, the notification, the end of treatment. A delivery ends what is counted from the last menstruation, the end of treatment its supervision."
Context: EpisodeOfCare
* insert Published
* extension contains anchor 1..1 and date 1..1
* extension[anchor] ^short = "From what is counted (时间起点)"
* extension[anchor].value[x] 1..1
* extension[anchor].value[x] only code
* extension[anchor].valueCode from TimingAnchorVS (required)
* extension[date] ^short = "The day (日期)"
* extension[date].value[x] 1..1
* extension[date].value[x] only date

Extension: GoalAge
Id: goal-age
Title: "Age of a threshold (阈值适用年龄)"
Description: "The age to which the targets of a goal apply."
Context: PlanDefinition.goal
* insert OneValue([[Range]], [[From and to which age, in years (适用年龄)]])

Extension: GoalProgramme
Id: goal-programme
Title: "Programme of a threshold (阈值适用方案)"
Description: "The goal applies to residents who are under management in this programme as well: a pressure in pregnancy."
Context: PlanDefinition.goal
* insert OneValue([[Coding]], [[The other programme (另一服务方案)]])
* valueCoding from ProgrammeVS (required)
* valueCoding.code 1..1

Extension: FollowUpRule
Id: follow-up-rule
Title: "When an action follows a visit (随访后处置规则)"
Description: "The class of the visit after which the action is due, and how many visits of these classes in a row it takes, and with how many it is due no more. Without a class it is about screenings that missed the goal of screening, on different days. Where several rules match, the shortest time holds."
Context: PlanDefinition.action
* insert Published
* extension contains class 0..* and consecutive 0..1 and atMost 0..1
* extension[class] ^short = "Class of the visit (随访分类)"
* extension[class].value[x] 1..1
* extension[class].value[x] only Coding
* extension[class].valueCoding from VisitClassVS (required)
* extension[class].valueCoding.code 1..1
* extension[consecutive] ^short = "How many such visits in a row (连续次数)"
* extension[consecutive].value[x] 1..1
* extension[consecutive].value[x] only positiveInt
* extension[atMost] ^short = "How many such visits in a row at most (最多连续次数)"
* extension[atMost].value[x] 1..1
* extension[atMost].value[x] only positiveInt

Extension: EnrolmentEnd
Id: enrolment-end
Title: "Reason for the end (结案原因)"
Description: "Why the enrolment in a programme ended."
Context: EpisodeOfCare
* insert OneValue([[CodeableConcept]], [[The reason (结案原因)]])
* valueCodeableConcept from EnrolmentEndReasonVS (extensible)
* valueCodeableConcept.coding 1..*

Extension: MeasurementOriginExtension
Id: measurement-origin
Title: "Origin of the measurement (测量来源)"
Description: "Whether the resident or a professional measured."
Context: Observation
* insert OneValue([[code]], [[home or clinic (测量来源)]])
* valueCode from MeasurementOriginVS (required)

Extension: NotifiableClassExtension
Id: notifiable-class
Title: "Class of the notifiable disease (法定传染病分类)"
Description: "The class of the law on infectious diseases, which decides the deadline of the report."
Context: Condition
* insert Experimental
* value[x] 1..1
* value[x] only Coding
* valueCoding from NotifiableClassVS (required)
* valueCoding.code 1..1
