// R4 traps: `terminated` is the normal end, `resolved` means that a suspended contract holds again, `revoked` is
// the agreed early end and `cancelled` the abnormal one. https://hl7.org/fhir/R4/valueset-contract-status.html

Invariant: county-contract-content
Description: "A contract that was signed has the date of signing, a start and an end, a team and a package"
Severity: #error
Expression: "status in ('executed' | 'amended' | 'disputed' | 'resolved' | 'renewed' | 'terminated' | 'revoked' | 'cancelled') implies (issued.exists() and applies.start.exists() and applies.end.exists() and extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/contract-care-team').exists() and term.exists())"
* insert Zh([[已签约的协议应有签约日期、起止日期、签约团队和服务包]])

Invariant: county-contract-population
Description: "A contract that was signed says to which population the resident belongs"
Severity: #error
Expression: "status in ('executed' | 'amended' | 'disputed' | 'resolved' | 'renewed' | 'terminated' | 'revoked' | 'cancelled') implies extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/key-population').exists()"
* insert Zh([[已签约的协议应注明签约居民的人群分类]])

Invariant: county-contract-signers
Description: "A contract that was signed bears the signatures of both sides: the resident or the guardian, and the institution"
Severity: #error
Expression: "status in ('executed' | 'amended' | 'disputed' | 'resolved' | 'renewed' | 'terminated' | 'revoked' | 'cancelled') implies (signer.where(type.code = 'HPROV').exists() and signer.where(type.code = 'PAT' or type.code = 'GUARD').exists())"
* insert Zh([[已签约的协议应有双方签字:居民或监护人,以及签约机构一方]])

Invariant: county-contract-term
Description: "The term is at least a year, or the contract says why not"
Severity: #error
Expression: "(applies.start.exists() and applies.end.exists() and extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/contract-term-reason').empty()) implies applies.end + 1 day >= applies.start + 1 year"
* insert Zh([[签约周期原则上不少于一年;不足一年应说明原因]])

Invariant: county-contract-stop-reason
Description: "A contract that ended early says why"
Severity: #error
Expression: "status in ('revoked' | 'cancelled') implies extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/contract-stop-reason').exists()"
* insert Zh([[解约应选择解约原因]])

Profile: CountyContract
Parent: Contract
Id: county-contract
Title: "Family-doctor contract (家庭医生签约服务协议)"
Description: "A resident and a family-doctor team agree on service packages for a term. The contract is the legal truth; the CarePlan says what is delivered, the CareTeam who delivers, the EpisodeOfCare when who answers."
* insert Published
* obeys county-contract-content and county-contract-population and county-contract-signers and county-contract-term and county-contract-stop-reason
* extension contains ContractCareTeam named careTeam 0..1 MS and KeyPopulationExtension named keyPopulation 0..* MS and ContractPredecessor named predecessor 0..1 MS and ContractStopReasonExtension named stopReason 0..1 MS and ContractTermReasonExtension named termReason 0..1 and ContractStopDate named stopDate 0..1 and ContractSuspensionReason named suspensionReason 0..1 and ContractSigning named signing 0..1
* identifier 1..* MS
* identifier ^short = "Number of the agreement (协议书编号)"
* status 1..1 MS
* status from ContractStatusVS (required)
* type 1..1 MS
* type = CountyContractType#family-doctor
* issued MS
* issued ^short = "Date of signing (签约日期)"
* applies MS
* applies ^short = "First and last day of the term (签约起止日期)"
* subject 1..1 MS
* subject only Reference(Patient)
* subject ^short = "The resident (签约居民)"
* authority 1..1 MS
* authority ^short = "The institution (签约机构)"
* term MS
* term.extension contains ContractPackage named package 1..1 MS
* term.type 1..1 MS
* term.type from ContractPackageTypeVS (required)
* term.type ^short = "Basic or personalised (包类型)"
* signer MS
* insert ByPattern(signer, type)
* signer contains resident 0..* MS and guardian 0..* MS and provider 0..* MS
* signer[resident] ^short = "The resident signs (甲方:居民本人)"
* signer[resident].type = $contract-signer#PAT
* signer[resident].party only Reference(Patient)
* signer[guardian] ^short = "The guardian signs for a minor or an incapacitated resident (甲方:监护人)"
* signer[guardian].type = $contract-signer#GUARD
* signer[guardian].party only Reference(RelatedPerson)
* signer[provider] ^short = "The team or the institution signs (乙方:签约团队)"
* signer[provider].type = $contract-signer#HPROV
* signer[provider].party only Reference(Practitioner or PractitionerRole or Organization)

Instance: contract-status-to-state
InstanceOf: ConceptMap
Usage: #definition
Title: "Contract status to state (协议状态对应)"
* url = "https://xiantong.example/fhir/ConceptMap/contract-status-to-state"
* version = "0.1.0"
* name = "ContractStatusToState"
* title = "Contract status to state (协议状态对应)"
* status = #active
* experimental = false
* publisher = "Xiantong"
* description = "What a status of FHIR means for a family-doctor contract."
* sourceCanonical = "https://xiantong.example/fhir/ValueSet/contract-status"
* targetCanonical = "https://xiantong.example/fhir/ValueSet/contract-state"
* group.source = "http://hl7.org/fhir/contract-status"
* group.target = "https://xiantong.example/fhir/CodeSystem/contract-state"
* insert StateOf(offered, draft, equivalent)
* insert StateOf(executable, pending-sign, equivalent)
* insert StateOf(negotiable, negotiating, equivalent)
* insert StateOf(executed, active, wider)
* insert StateOf(resolved, active, wider)
* insert StateOf(amended, amended, equivalent)
* insert StateOf(disputed, suspended, equivalent)
* insert StateOf(renewed, renewed, equivalent)
* insert StateOf(terminated, expired, equivalent)
* insert StateOf(revoked, rescinded, wider)
* insert StateOf(cancelled, rescinded, wider)
* insert StateOf(rejected, rejected, equivalent)
* insert StateOf(entered-in-error, error, equivalent)

RuleSet: StateOf(status, state, equivalence)
* group.element[+].code = #{status}
* group.element[=].target.code = #{state}
* group.element[=].target.equivalence = #{equivalence}
