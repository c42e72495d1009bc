Invariant: county-enrolment-end
Description: "An enrolment that ended has an end and a reason"
Severity: #error
Expression: "status = 'finished' implies (period.end.exists() and extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/enrolment-end').exists())"
* insert Zh([[已结案的健康管理应有结束日期和结案原因]])

Profile: CountyProgrammeEnrolment
Parent: EpisodeOfCare
Id: county-programme-enrolment
Title: "Enrolment in a programme (健康管理档案)"
Description: "From when to when a resident is managed in a programme: planned, under management, lost for a time, ended with a reason. After a move the new institution opens its own."
* insert Published
* obeys county-enrolment-end
* extension contains EnrolmentEnd named end 0..1 MS and ProgrammeAnchor named anchor 0..* MS and ProgrammeOption named option 0..*
* type 1..1 MS
* type from ProgrammeVS (required)
* type ^short = "The programme (服务方案)"
* patient MS
* managingOrganization 1..1 MS
* managingOrganization ^short = "The institution (管理机构)"
* period 1..1 MS
* period.start 1..1
* period ^short = "From when to when (管理起止)"
* diagnosis MS
* diagnosis ^short = "The disease, when there is one (诊断)"
* careManager MS
* team MS

Invariant: county-group-criteria
Description: "A group of a key population says by which criteria it is made"
Severity: #error
Expression: "characteristic.exists()"
* insert Zh([[重点人群分组应有判定条件]])

Profile: CountyKeyPopulation
Parent: Group
Id: county-key-population
Title: "Group of a key population (重点人群分组)"
Description: "The residents who meet the criteria of a key population. Members are computed from the criteria; those who left keep the end of their period."
* insert Published
* obeys county-group-criteria
* type = #person (exactly)
* actual MS
* code 1..1 MS
* code from KeyPopulationVS (extensible)
* code ^short = "The population (人群分类)"
* managingEntity MS
* managingEntity only Reference(Organization)
* managingEntity ^short = "The institution whose residents it is of; of the whole county without one (管理机构)"
* characteristic MS
* characteristic ^short = "A criterion: age, sex, disease (判定条件)"
* member MS
* member.entity only Reference(Patient)
* member.period MS

Profile: CountyHealthFlag
Parent: Flag
Id: county-health-flag
Title: "Health flag (健康提示)"
Description: "What whoever meets the resident should know."
* insert Experimental
* status MS
* code MS
* code from HealthFlagVS (extensible)
* code.coding 1..*
* subject only Reference(Patient)
* period 1..1 MS
* period.start 1..1
* author MS

Profile: CountyNotifiableCondition
Parent: Condition
Id: county-notifiable-condition
Title: "Notifiable disease (法定传染病诊断)"
Description: "The diagnosis of a notifiable disease, from which the report to the disease-control centre follows."
* insert Experimental
* extension contains NotifiableClassExtension named notifiableClass 1..1 MS
* code 1..1 MS
* code.coding 1..*
* subject only Reference(Patient)
* onset[x] MS
* recordedDate 1..1 MS
* recordedDate ^short = "When it was diagnosed (诊断日期)"
* recorder 1..1 MS
* recorder ^short = "Who diagnosed (诊断医生)"
