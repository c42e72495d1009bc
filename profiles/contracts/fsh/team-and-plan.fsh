Invariant: county-team-general-practitioner
Description: "An active team has at least one general practitioner who has not left"
Severity: #error
Expression: "status = 'active' implies participant.where(period.end.empty() and role.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/family-doctor-team-role' and (code = 'general-practitioner' or code = 'hospital-general-practitioner')).exists()).exists()"
* insert Zh([[在用的家庭医生团队至少有一名在任的全科医生]])

Invariant: county-team-period
Description: "A team that is no longer active has an end"
Severity: #error
Expression: "status = 'inactive' implies period.end.exists()"
* insert Zh([[已停用的团队应有结束日期]])

Profile: CountyCareTeam
Parent: CareTeam
Id: county-care-team
Title: "Family-doctor team (家庭医生团队)"
Description: "Clinicians, a public-health physician and a village doctor or assistant who answer for residents together. People who leave get an end of their period and stay."
* insert Published
* obeys county-team-general-practitioner and county-team-period
* identifier MS
* status 1..1 MS
* name 1..1 MS
* name ^short = "Name of the team (团队名称)"
* subject only Reference(Patient or Group)
* subject ^short = "The residents, when the team is for some only (服务对象)"
* period 1..1 MS
* period.start 1..1
* participant 1..* MS
* participant.role 1..* MS
* participant.role from TeamRoleVS (extensible)
* participant.role ^short = "Role in the team (团队角色)"
* participant.member 1..1 MS
* participant.member only Reference(PractitionerRole or Practitioner or Organization)
* participant.onBehalfOf ^short = "The institution that seconded the member (派出机构)"
* participant.period MS
* participant.period ^short = "When the member belongs to the team (在任起止)"
* managingOrganization 1..1 MS
* managingOrganization ^short = "The institution of the team (签约机构)"
* telecom MS
* telecom ^short = "Telephone of the team (联系电话)"

Invariant: county-plan-contract
Description: "A plan that is under way says which contract it serves"
Severity: #error
Expression: "status in ('active' | 'on-hold' | 'completed') implies extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/served-contract').exists()"
* insert Zh([[执行中的签约服务计划应注明所属签约协议]])

Invariant: county-plan-promise
Description: "A promised service says how often it is promised: in the timing of the activity"
Severity: #error
Expression: "activity.detail.all(scheduled.ofType(Timing).repeat.where(count.exists() or (frequency.exists() and period.exists() and periodUnit.exists())).exists())"
* insert Zh([[约定的每项服务应注明约定次数(在活动时间安排中)]])

Profile: CountyCarePlan
Parent: CarePlan
Id: county-care-plan
Title: "Contracted service plan (签约服务计划)"
Description: "What a family-doctor team delivers under a contract, and how often it promised to: made from the packages of the contract."
* insert Published
* obeys county-plan-contract and county-plan-promise
* extension contains ServedContract named contract 0..1 MS
* intent = #plan (exactly)
* category 1..* MS
* insert ByPattern(category, $this)
* category contains service 1..1 MS
* category[service] = CountyPlanCategory#family-doctor-service
* category[service] ^short = "Family-doctor service (家庭医生签约服务)"
* subject only Reference(Patient)
* subject MS
* period 1..1 MS
* period.start 1..1
* careTeam 1..* MS
* careTeam ^short = "The team (签约团队)"
* instantiatesCanonical 1..* MS
* instantiatesCanonical only Canonical(PlanDefinition)
* instantiatesCanonical ^short = "url|version of the packages (服务包及版本)"
* goal MS
* activity MS
* activity.outcomeReference MS
* activity.outcomeReference ^short = "What was delivered (已提供的服务)"
* activity.detail.code 1..1 MS
* activity.detail.code ^short = "The promised service (约定服务)"
* activity.detail.instantiatesCanonical MS
* activity.detail.scheduled[x] MS
* activity.detail.scheduled[x] ^short = "How often (约定次数)"

Invariant: county-responsibility-end
Description: "A finished period of responsibility has an end"
Severity: #error
Expression: "status in ('finished' | 'cancelled') implies period.end.exists()"
* insert Zh([[已结束的责任期应有结束日期]])

Profile: CountyResponsibility
Parent: EpisodeOfCare
Id: county-responsibility
Title: "Period of responsibility (健康管理责任期)"
Description: "From when to when which institution, team and doctor answer for a resident. It answers the question for any past day."
* insert Published
* obeys county-responsibility-end
* extension contains ServedContract named contract 0..1 MS
* type 1..* MS
* insert ByPattern(type, $this)
* type contains responsibility 1..1
* type[responsibility] = CountyPlanCategory#family-doctor-service
* patient MS
* managingOrganization 1..1 MS
* managingOrganization ^short = "The institution that answers (责任机构)"
* period 1..1 MS
* period.start 1..1
* careManager MS
* careManager ^short = "The family doctor (责任家庭医生)"
* team MS
* team ^short = "The team (责任团队)"
