Extension: ContractCareTeam
Id: contract-care-team
Title: "Team of the contract (签约团队)"
Description: "The team that answers for the contract. When it changes, the period of the earlier one ends; nothing is erased."
Context: Contract
* insert OneValue([[Reference(CareTeam)]], [[The team (签约团队)]])
* valueReference.reference 1..1

Extension: KeyPopulationExtension
Id: key-population
Title: "Key population (重点人群)"
Description: "A group of residents served first, to which the resident belongs."
Context: Patient, Contract
* insert OneValue([[CodeableConcept]], [[The group (人群分类)]])
* valueCodeableConcept from KeyPopulationVS (extensible)
* valueCodeableConcept.coding 1..*

Invariant: county-package-version
Description: "A contract names the version of the package that it promises: url|version"
Severity: #error
Expression: "value.matches('^[^|]+[|][^|]+$')"
* insert Zh([[协议应注明所约定服务包的版本:url|version]])

Extension: ContractPackage
Id: contract-package
Title: "Service package promised (约定服务包)"
Description: "The package, with its version, that a term of the contract promises. Contract.instantiatesCanonical of FHIR R4 names contracts only."
Context: Contract.term
* obeys county-package-version
* insert OneValue([[canonical]], [[url|version of the PlanDefinition (服务包及版本)]])

Extension: ContractPredecessor
Id: contract-predecessor
Title: "Earlier contract (上一份协议)"
Description: "The contract that this one renews or replaces."
Context: Contract
* insert OneValue([[Reference(Contract)]], [[The earlier contract (上一份协议)]])
* valueReference.reference 1..1

Extension: ContractStopReasonExtension
Id: contract-stop-reason
Title: "Reason for ending the contract (解约原因)"
Description: "Why the contract ended early."
Context: Contract
* insert OneValue([[CodeableConcept]], [[The reason (解约原因)]])
* valueCodeableConcept from ContractStopReasonVS (extensible)
* valueCodeableConcept.coding 1..*

Extension: ContractStopDate
Id: contract-stop-date
Title: "Last day of the contract (解约日期)"
Description: "The last day on which a contract held that ended early."
Context: Contract
* insert OneValue([[date]], [[The last day (解约日期)]])

Extension: ContractSuspensionReason
Id: contract-suspension-reason
Title: "Reason for suspending the contract (暂停原因)"
Description: "Why the contract is suspended: unreachable, in dispute. No national list is known."
Context: Contract
* insert OneValue([[CodeableConcept]], [[The reason (暂停原因)]])

Extension: ContractTermReasonExtension
Id: contract-term-reason
Title: "Reason for a term under a year (不足一年的签约原因)"
Description: "Why the term is shorter than a year."
Context: Contract
* insert OneValue([[CodeableConcept]], [[The reason (原因)]])
* valueCodeableConcept from ContractTermReasonVS (extensible)

Extension: ContractSigning
Id: contract-signing
Title: "How the contract was signed (签约方式)"
Description: "Where, through which software and with which household or employer the contract was signed."
Context: Contract
* insert Published
* extension contains place 0..1 and channel 0..1 and unit 0..1 and group 0..1
* extension[place] ^short = "Place of signing (签约场所)"
* extension[place].value[x] 1..1
* extension[place].value[x] only Coding
* extension[place].valueCoding from SigningPlaceVS (required)
* extension[place].valueCoding.code 1..1
* extension[channel] ^short = "Channel of signing (签约来源)"
* extension[channel].value[x] 1..1
* extension[channel].value[x] only Coding
* extension[channel].valueCoding from SigningChannelVS (required)
* extension[channel].valueCoding.code 1..1
* extension[unit] ^short = "Employer or agency where it was signed (签约单位)"
* extension[unit].value[x] 1..1
* extension[unit].value[x] only Reference(Organization)
* extension[group] ^short = "Household or batch signed together (家庭或批次)"
* extension[group].value[x] 1..1
* extension[group].value[x] only Reference(Group)

Extension: ServedContract
Id: served-contract
Title: "Contract served (所属签约协议)"
Description: "The contract under which the plan, the period of responsibility or the task is."
Context: CarePlan, EpisodeOfCare, Task
* insert OneValue([[Reference(Contract)]], [[The contract (签约协议)]])
* valueReference.reference 1..1
