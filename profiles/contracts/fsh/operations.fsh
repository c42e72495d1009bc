RuleSet: Signers(min)
* insert Group(in, signer, {min}, *, [[Somebody who signs]])
* insert Part(in, type, 1, 1, code, [[resident | guardian | provider]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/contract-signer"
* insert Part(in, party, 1, 1, Reference, [[The resident (Patient), the guardian (RelatedPerson), or a member of the team or the institution]])
* insert Part(in, signature, 0, 1, Signature, [[The signature, when there is an electronic one]])

RuleSet: SigningContext
* insert Param(in, place, 0, 1, Coding, [[Place of signing: contract-signing-place]])
* insert Param(in, channel, 0, 1, Coding, [[Software of signing: contract-signing-channel]])
* insert Param(in, unit, 0, 1, Reference, [[Employer or agency where it was signed]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, group, 0, 1, Reference, [[Household or batch that signs together]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Group"

CodeSystem: ContractSigner
Id: contract-signer
Title: "Who signs a contract (签字方)"
Description: "The parties of a family-doctor contract."
* insert Codes
* insert C(resident, [[Resident]], [[居民本人]], [[The resident in person.]])
* insert C(guardian, [[Guardian]], [[监护人]], [[The guardian of a minor or of a resident without capacity.]])
* insert C(provider, [[Provider]], [[签约机构一方]], [[A member of the team, or the institution.]])

ValueSet: ContractSignerVS
Id: contract-signer
Title: "Who signs a contract (签字方)"
Description: "All codes of the system."
* insert Published
* include codes from system ContractSigner

CodeSystem: ContractEnding
Id: contract-ending
Title: "Who ends a contract (解约方式)"
Description: "Whether both sides agreed to end a contract early, or one side ended it."
* insert Codes
* insert C(agreed, [[Agreed]], [[协商解约]], [[Both sides agreed: Contract.status revoked.]])
* insert C(one-side, [[By one side]], [[单方解约]], [[One side ended it: Contract.status cancelled.]])

ValueSet: ContractEndingVS
Id: contract-ending
Title: "Who ends a contract (解约方式)"
Description: "All codes of the system."
* insert Published
* include codes from system ContractEnding

CodeSystem: GroupSigningOutcome
Id: group-signing-outcome
Title: "Outcome of signing in a group (批量签约结果)"
Description: "What became of one person in a batch."
* insert Codes
* insert C(signed, [[Signed]], [[已签约]], [[The contract is in force.]])
* insert C(present, [[Present]], [[已存在]], [[The person had this contract already: the batch was sent before.]])
* insert C(refused, [[Refused]], [[未签约]], [[The contract was not made; the issue says why.]])

ValueSet: GroupSigningOutcomeVS
Id: group-signing-outcome
Title: "Outcome of signing in a group (批量签约结果)"
Description: "All codes of the system."
* insert Published
* include codes from system GroupSigningOutcome

Instance: sign-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Sign a contract (签署协议)"
* insert Operation(sign-contract, SignContract, sign, Contract, true)
* title = "Sign a contract (签署协议)"
* description = "One party signs, or both do. Once both have signed the contract is in force: the resident's doctor, the service plan, the period of responsibility and the tasks of its packages are made with it. 一方或双方签字;双方签字后协议生效,同时生成责任医生、服务计划、责任期和服务包任务。"
* type = false
* instance = true
* insert Signers(1)
* insert Param(in, issued, 0, 1, date, [[Date of signing; today when absent]])
* insert Param(in, agreement, 0, 1, Attachment, [[The signed paper, scanned]])
* insert SigningContext
* insert Param(out, return, 1, 1, Contract, [[The contract]])

Instance: sign-group
InstanceOf: OperationDefinition
Usage: #definition
Title: "Sign with a household or an employer (家庭或单位批量签约)"
* insert Operation(sign-group, SignGroup, sign-group, Contract, true)
* title = "Sign with a household or an employer (家庭或单位批量签约)"
* description = "Makes a signed contract for each person, each by itself: one who is refused does not keep the others from signing. Sent twice, it signs once. 逐人生成并签署协议,互不影响;重复提交不会重复签约。"
* type = true
* instance = false
* insert Param(in, team, 1, 1, Reference, [[The team]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/CareTeam"
* insert Param(in, provider, 1, 1, Reference, [[Who signs for the institution]])
* insert Param(in, authority, 0, 1, Reference, [[The institution; that of the team when absent]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, package, 1, *, canonical, [[A package for everybody: url|version]])
* insert Param(in, start, 0, 1, date, [[First day; today when absent]])
* insert Param(in, end, 0, 1, date, [[Last day; after a year when absent]])
* insert Param(in, termReason, 0, 1, CodeableConcept, [[Why the term is under a year]])
* insert SigningContext
* insert Group(in, person, 0, *, [[Somebody who signs; the members of the group when nobody is named]])
* insert Part(in, subject, 1, 1, Reference, [[The resident]])
* insert Part(in, guardian, 0, 1, Reference, [[The guardian who signs for the resident]])
* insert Part(in, identifier, 0, 1, Identifier, [[Number of the agreement; one is given when absent]])
* insert Part(in, package, 0, *, canonical, [[A further package for this person]])
* insert Part(in, signature, 0, 1, Signature, [[The signature, when there is an electronic one]])
* insert Group(out, person, 0, *, [[What became of one person]])
* insert Part(out, subject, 1, 1, Reference, [[The resident]])
* insert Part(out, outcome, 1, 1, code, [[signed | present | refused]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/group-signing-outcome"
* insert Part(out, contract, 0, 1, Reference, [[The contract]])
* insert Part(out, issue, 0, 1, OperationOutcome, [[Why it was refused]])

Instance: renew-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Renew a contract (续约)"
* insert Operation(renew-contract, RenewContract, renew, Contract, true)
* title = "Renew a contract (续约)"
* description = "Makes the next contract, which names this one as its predecessor. This one holds until its last day and is renewed then; one that has run out is renewed at once. 生成下一份协议并指向本协议;本协议到期时转为续约状态,已到期的立即转为续约状态。"
* type = false
* instance = true
* insert Signers(0)
* insert Param(in, period, 0, 1, Period, [[First and last day; as long as before, right behind this one, when absent]])
* insert Param(in, team, 0, 1, Reference, [[Another team]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/CareTeam"
* insert Param(in, package, 0, *, canonical, [[The packages: url|version; those of this contract in their present versions when absent]])
* insert Param(in, identifier, 0, 1, Identifier, [[Number of the new agreement; one is given when absent]])
* insert Param(in, termReason, 0, 1, CodeableConcept, [[Why the term is under a year]])
* insert SigningContext
* insert Param(out, return, 1, 1, Contract, [[The new contract: in force when both parties have signed]])

Instance: amend-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Amend a contract (变更协议)"
* insert Operation(amend-contract, AmendContract, amend, Contract, true)
* title = "Amend a contract (变更协议)"
* description = "Another team, other packages or another end, from today on. The period of responsibility of the team before ends; nothing is erased. 自今日起变更团队、服务包或结束日期;原团队的责任期结束,不删除历史。"
* type = false
* instance = true
* insert Param(in, team, 0, 1, Reference, [[Another team]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/CareTeam"
* insert Param(in, package, 0, *, canonical, [[All packages from now on: url|version]])
* insert Param(in, end, 0, 1, date, [[Another last day]])
* insert Signers(0)
* insert Param(out, return, 1, 1, Contract, [[The contract]])

Instance: suspend-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Suspend a contract (暂停协议)"
* insert Operation(suspend-contract, SuspendContract, suspend, Contract, true)
* title = "Suspend a contract (暂停协议)"
* description = "The resident cannot be reached, or the parties disagree: tasks are put off until the contract is resumed. 无法联系或有争议时暂停,任务暂缓至恢复。"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, CodeableConcept, [[Why]])
* insert Param(out, return, 1, 1, Contract, [[The contract]])

Instance: resume-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Resume a contract (恢复协议)"
* insert Operation(resume-contract, ResumeContract, resume, Contract, true)
* title = "Resume a contract (恢复协议)"
* description = "A suspended contract holds again. 暂停的协议恢复有效。"
* type = false
* instance = true
* insert Param(out, return, 1, 1, Contract, [[The contract]])

Instance: terminate-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "End a contract early (解约)"
* insert Operation(terminate-contract, TerminateContract, terminate, Contract, true)
* title = "End a contract early (解约)"
* description = "Ends the contract before its term, with a coded reason. Open tasks of the future are ended with it; what was done, and what was missed, stays. 提前解约并注明原因;未到期的任务随之终止,已完成和已逾期的保留。"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, CodeableConcept, [[Why: contract-stop-reason]])
* parameter[=].binding.strength = #extensible
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/contract-stop-reason"
* insert Param(in, date, 0, 1, date, [[The last day; today when absent]])
* insert Param(in, by, 0, 1, code, [[agreed | one-side; agreed when absent]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/contract-ending"
* insert Param(out, return, 1, 1, Contract, [[The contract]])

Instance: contract-delivery
InstanceOf: OperationDefinition
Usage: #definition
Title: "Delivered against promised (履约情况)"
* insert Operation(contract-delivery, ContractDelivery, delivery, Contract, false)
* title = "Delivered against promised (履约情况)"
* description = "For each service of the contract: how often it was promised for the term, was delivered, was missed, and is still to do. 按服务项目统计约定、已提供、逾期、未访和待办次数。"
* type = false
* instance = true
* insert Param(out, promised, 1, 1, integer, [[All services promised]])
* insert Param(out, delivered, 1, 1, integer, [[All services delivered]])
* insert Group(out, service, 0, *, [[One service]])
* insert Part(out, package, 1, 1, canonical, [[The package that promises it]])
* insert Part(out, title, 1, 1, string, [[Its name]])
* insert Part(out, code, 1, 1, CodeableConcept, [[Its code]])
* insert Part(out, promised, 1, 1, integer, [[How often it was promised for the term]])
* insert Part(out, delivered, 1, 1, integer, [[How often it was delivered]])
* insert Part(out, overdue, 1, 1, integer, [[Open after the end of their window]])
* insert Part(out, open, 1, 1, integer, [[Still to do]])
* insert Part(out, failed, 1, 1, integer, [[Not delivered, for a stated reason]])

Instance: responsible
InstanceOf: OperationDefinition
Usage: #definition
Title: "Who is responsible for a resident (责任机构与责任医生)"
* insert Operation(responsible, Responsible, responsible, Patient, false)
* title = "Who is responsible for a resident (责任机构与责任医生)"
* description = "Institution, team, doctor and contract of a resident on a day, past days included. 查询居民任一日期的责任机构、团队、家庭医生和协议。"
* type = false
* instance = true
* insert Param(in, date, 0, 1, date, [[The day; today when absent]])
* insert Param(out, date, 1, 1, date, [[The day]])
* insert Param(out, organization, 0, 1, Reference, [[The institution; absent when nobody was responsible]])
* insert Param(out, team, 0, 1, Reference, [[The team]])
* insert Param(out, doctor, 0, 1, Reference, [[The general practitioner of the team on that day]])
* insert Param(out, contract, 0, 1, Reference, [[The contract]])
* insert Param(out, episode, 0, 1, Reference, [[The period of responsibility]])
