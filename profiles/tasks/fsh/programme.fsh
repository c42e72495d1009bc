Invariant: county-goal-target
Description: "A threshold says what is measured and which value is to be kept"
Severity: #error
Expression: "goal.target.all(measure.exists() and detail.exists())"
* insert Zh([[阈值应注明测量项目和目标值]])

Invariant: county-action-time
Description: "An action that follows a class of visits has a time until which it is to be done"
Severity: #error
Expression: "action.where(extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/follow-up-rule').exists()).all(timing.exists())"
* insert Zh([[随访后处置应有完成时限]])

Invariant: county-action-goal
Description: "An action names goals that the programme has"
Severity: #error
Expression: "action.goalId.all($this in %resource.goal.id)"
* insert Zh([[方案动作引用的目标应在方案内定义]])

Profile: CountyProgramme
Parent: PlanDefinition
Id: county-programme
Title: "Public-health programme (公共卫生服务方案)"
Description: "A programme of follow-up, examination or vaccination, with its thresholds and intervals as data: goals have the values to be kept, actions what is to be done and when. A change of the norms is a new version; tasks keep the version they were made from."
* insert Published
* obeys county-goal-target and county-action-time and county-action-goal
* url 1..1 MS
* version 1..1 MS
* title 1..1 MS
* type 1..1
* type = $plan-type#clinical-protocol
* effectivePeriod 1..1 MS
* effectivePeriod.start 1..1
* effectivePeriod ^short = "From when the norm holds (生效期)"
* useContext 1..* MS
* insert ByPattern(useContext, code)
* useContext contains programme 1..1 MS and age 0..1 MS and diagnosis 0..1 MS
* useContext[programme].code = $usage#program
* useContext[programme].value[x] only CodeableConcept
* useContext[programme].valueCodeableConcept from ProgrammeVS (required)
* useContext[programme] ^short = "The programme (服务方案)"
* useContext[age].code = $usage#age
* useContext[age].value[x] only Range
* useContext[age] ^short = "For which age (适用年龄)"
* useContext[diagnosis].code = $usage#focus
* useContext[diagnosis].value[x] only CodeableConcept
* useContext[diagnosis].valueCodeableConcept.coding 1..*
* useContext[diagnosis] ^short = "For which diagnoses; each stands for those below it; without one the programme is for everybody of its age (适用诊断)"
* goal MS
* goal.extension contains EvidenceLabelExtension named evidence 0..1 MS and GoalAge named age 0..1 MS and GoalProgramme named programme 0..1
* goal.category 1..1
* goal.category from ProgrammeGoalVS (required)
* goal.category ^short = "What missing a target means (阈值类型)"
* goal.target MS
* goal.target ^short = "What is measured and the value to be kept (测量项目及目标值)"
* action 1..* MS
* action.extension contains EvidenceLabelExtension named evidence 0..1 MS and TimingAnchorExtension named anchor 0..1 MS and FollowUpRule named rule 0..1 MS and OptionalAction named optional 0..1 and PopulationTimes named oftener 0..*
* action.title 1..1 MS
* action.code 1..* MS
* action.code from PublicHealthTaskCodeVS (extensible)
* action.code ^short = "What is to be done (任务类型)"
* action.timing[x] MS
* action.timing[x] ^short = "When: an age, a range or a duration from the anchor, or so often (时间安排)"
* action.definition[x] MS
* action.definition[x] ^short = "The form to be filled in (随访表)"
