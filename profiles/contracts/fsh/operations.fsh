RuleSet: Signers(min)
* insert Group(in, signer, {min}, *, [[Somebody who signs 签字人]])
* insert Part(in, type, 1, 1, code, [[resident | guardian | provider 居民本人、监护人或机构一方]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/contract-signer"
* insert Part(in, party, 1, 1, Reference, [[The resident (Patient), the guardian (RelatedPerson), or a member of the team or the institution 居民、监护人,或团队成员、签约机构]])
* insert Part(in, signature, 0, 1, Signature, [[The signature, when there is an electronic one 电子签名]])

RuleSet: SigningContext
* insert Param(in, place, 0, 1, Coding, [[Place of signing: contract-signing-place 签约场所]])
* insert Param(in, channel, 0, 1, Coding, [[Software of signing: contract-signing-channel 签约来源]])
* insert Param(in, unit, 0, 1, Reference, [[Employer or agency where it was signed 签约单位]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, group, 0, 1, Reference, [[Household or batch that signs together 家庭或批次]])
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
* comment = "Example 示例: POST [base]/Contract/[id]/$sign {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"signer\",\"part\":[{\"name\":\"type\",\"valueCode\":\"resident\"},{\"name\":\"party\",\"valueReference\":{\"reference\":\"Patient/resident-001\"}}]},{\"name\":\"signer\",\"part\":[{\"name\":\"type\",\"valueCode\":\"provider\"},{\"name\":\"party\",\"valueReference\":{\"reference\":\"PractitionerRole/township-centre-east-physician-1\"}}]}]}"
* type = false
* instance = true
* insert Signers(1)
* insert Param(in, issued, 0, 1, date, [[Date of signing; today when absent 签约日期,缺省为今日]])
* insert Param(in, agreement, 0, 1, Attachment, [[The signed paper, scanned 签字协议扫描件]])
* insert SigningContext
* insert Param(out, return, 1, 1, Contract, [[The contract 协议]])

Instance: sign-group
InstanceOf: OperationDefinition
Usage: #definition
Title: "Sign with a household or an employer (家庭或单位批量签约)"
* insert Operation(sign-group, SignGroup, sign-group, Contract, true)
* title = "Sign with a household or an employer (家庭或单位批量签约)"
* description = "Makes a signed contract for each person, each by itself: one who is refused does not keep the others from signing. Sent twice, it signs once. 逐人生成并签署协议,互不影响;重复提交不会重复签约。"
* comment = "Example 示例: POST [base]/Contract/$sign-group {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"team\",\"valueReference\":{\"reference\":\"CareTeam/team-east-1\"}},{\"name\":\"provider\",\"valueReference\":{\"reference\":\"PractitionerRole/township-centre-east-physician-1\"}},{\"name\":\"package\",\"valueCanonical\":\"https://qinghe.example/fhir/PlanDefinition/basic-package|2026\"},{\"name\":\"person\",\"part\":[{\"name\":\"subject\",\"valueReference\":{\"reference\":\"Patient/resident-010\"}},{\"name\":\"guardian\",\"valueReference\":{\"reference\":\"RelatedPerson/resident-010-mother\"}}]}]}"
* type = true
* instance = false
* insert Param(in, team, 1, 1, Reference, [[The team 签约团队]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/CareTeam"
* insert Param(in, provider, 1, 1, Reference, [[Who signs for the institution 乙方签字人]])
* insert Param(in, authority, 0, 1, Reference, [[The institution; that of the team when absent 签约机构,缺省为团队所属机构]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, package, 1, *, canonical, [[A package for everybody: url|version 全体适用的服务包]])
* insert Param(in, start, 0, 1, date, [[First day; today when absent 起始日期,缺省为今日]])
* insert Param(in, end, 0, 1, date, [[Last day; after a year when absent 结束日期,缺省为一年]])
* insert Param(in, termReason, 0, 1, CodeableConcept, [[Why the term is under a year 不足一年的原因]])
* insert SigningContext
* insert Group(in, person, 0, *, [[Somebody who signs; the members of the group when nobody is named 签约人;未列出时为 group 的成员]])
* insert Part(in, subject, 1, 1, Reference, [[The resident 居民]])
* insert Part(in, guardian, 0, 1, Reference, [[The guardian who signs for the resident 代签的监护人]])
* insert Part(in, identifier, 0, 1, Identifier, [[Number of the agreement; one is given when absent 协议书编号,缺省时自动生成]])
* insert Part(in, package, 0, *, canonical, [[A further package for this person 此人另加的服务包]])
* insert Part(in, signature, 0, 1, Signature, [[The signature, when there is an electronic one 电子签名]])
* insert Group(out, person, 0, *, [[What became of one person 每人的结果]])
* insert Part(out, subject, 1, 1, Reference, [[The resident 居民]])
* insert Part(out, outcome, 1, 1, code, [[signed | present | refused 已签约、已存在或未签约]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/group-signing-outcome"
* insert Part(out, contract, 0, 1, Reference, [[The contract 协议]])
* insert Part(out, issue, 0, 1, OperationOutcome, [[Why it was refused 未签约原因]])

Instance: renew-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Renew a contract (续约)"
* insert Operation(renew-contract, RenewContract, renew, Contract, true)
* title = "Renew a contract (续约)"
* description = "Makes the next contract, which names this one as its predecessor. This one holds until its last day and is renewed then; one that has run out is renewed at once. 生成下一份协议并指向本协议;本协议到期时转为续约状态,已到期的立即转为续约状态。"
* comment = "Example 示例: POST [base]/Contract/[id]/$renew {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"signer\",\"part\":[{\"name\":\"type\",\"valueCode\":\"resident\"},{\"name\":\"party\",\"valueReference\":{\"reference\":\"Patient/resident-001\"}}]},{\"name\":\"signer\",\"part\":[{\"name\":\"type\",\"valueCode\":\"provider\"},{\"name\":\"party\",\"valueReference\":{\"reference\":\"PractitionerRole/township-centre-east-physician-1\"}}]}]}"
* type = false
* instance = true
* insert Signers(0)
* insert Param(in, period, 0, 1, Period, [[First and last day; as long as before, right behind this one, when absent 起止日期,缺省为紧接原协议且期限相同]])
* insert Param(in, team, 0, 1, Reference, [[Another team 新团队]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/CareTeam"
* insert Param(in, package, 0, *, canonical, [[The packages: url|version; those of this contract in their present versions when absent 服务包,缺省为原服务包的现行版本]])
* insert Param(in, identifier, 0, 1, Identifier, [[Number of the new agreement; one is given when absent 新协议编号,缺省时自动生成]])
* insert Param(in, termReason, 0, 1, CodeableConcept, [[Why the term is under a year 不足一年的原因]])
* insert SigningContext
* insert Param(out, return, 1, 1, Contract, [[The new contract: in force when both parties have signed 新协议,双方签字后生效]])

Instance: amend-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Amend a contract (变更协议)"
* insert Operation(amend-contract, AmendContract, amend, Contract, true)
* title = "Amend a contract (变更协议)"
* description = "Another team, other packages or another end, from today on; one of them is given. The period of responsibility of the team before ends; nothing is erased. 自今日起变更团队、服务包或结束日期;原团队的责任期结束,不删除历史。"
* comment = "Example 示例: POST [base]/Contract/[id]/$amend {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"team\",\"valueReference\":{\"reference\":\"CareTeam/team-west-1\"}},{\"name\":\"signer\",\"part\":[{\"name\":\"type\",\"valueCode\":\"provider\"},{\"name\":\"party\",\"valueReference\":{\"reference\":\"PractitionerRole/township-centre-west-physician\"}}]}]}"
* type = false
* instance = true
* insert Param(in, team, 0, 1, Reference, [[Another team 新团队]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/CareTeam"
* insert Param(in, package, 0, *, canonical, [[All packages from now on: url|version 变更后的全部服务包]])
* insert Param(in, end, 0, 1, date, [[Another last day 新的结束日期]])
* insert Signers(0)
* insert Param(out, return, 1, 1, Contract, [[The contract 协议]])

Instance: suspend-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Suspend a contract (暂停协议)"
* insert Operation(suspend-contract, SuspendContract, suspend, Contract, true)
* title = "Suspend a contract (暂停协议)"
* description = "The resident cannot be reached, or the parties disagree: tasks are put off until the contract is resumed. 无法联系或有争议时暂停,任务暂缓至恢复。"
* comment = "Example 示例: POST [base]/Contract/[id]/$suspend {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"reason\",\"valueCodeableConcept\":{\"text\":\"连续三个月无法联系\"}}]}"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, CodeableConcept, [[Why 原因]])
* insert Param(out, return, 1, 1, Contract, [[The contract 协议]])

Instance: resume-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "Resume a contract (恢复协议)"
* insert Operation(resume-contract, ResumeContract, resume, Contract, true)
* title = "Resume a contract (恢复协议)"
* description = "A suspended contract holds again. 暂停的协议恢复有效。"
* comment = "Example 示例: POST [base]/Contract/[id]/$resume {\"resourceType\":\"Parameters\"}"
* type = false
* instance = true
* insert Param(out, return, 1, 1, Contract, [[The contract 协议]])

Instance: terminate-contract
InstanceOf: OperationDefinition
Usage: #definition
Title: "End a contract early (解约)"
* insert Operation(terminate-contract, TerminateContract, terminate, Contract, true)
* title = "End a contract early (解约)"
* description = "Ends the contract before its term, with a coded reason. Open tasks of the future are ended with it; what was done, and what was missed, stays. 提前解约并注明原因;未到期的任务随之终止,已完成和已逾期的保留。"
* comment = "Example 示例: POST [base]/Contract/[id]/$terminate {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"reason\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://xiantong.example/fhir/CodeSystem/contract-stop-reason\",\"code\":\"1\"}]}},{\"name\":\"by\",\"valueCode\":\"agreed\"}]}"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, CodeableConcept, [[Why: contract-stop-reason 解约原因]])
* parameter[=].binding.strength = #extensible
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/contract-stop-reason"
* insert Param(in, date, 0, 1, date, [[The last day; today when absent 最后一日,缺省为今日]])
* insert Param(in, by, 0, 1, code, [[agreed | one-side; agreed when absent 协商或单方解约,缺省为协商]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/contract-ending"
* insert Param(out, return, 1, 1, Contract, [[The contract 协议]])

Instance: contract-delivery
InstanceOf: OperationDefinition
Usage: #definition
Title: "Delivered against promised (履约情况)"
* insert Operation(contract-delivery, ContractDelivery, delivery, Contract, false)
* title = "Delivered against promised (履约情况)"
* description = "For each service of the contract: how often it was promised for the term, was delivered, was missed, and is still to do. 按服务项目统计约定、已提供、逾期、未访和待办次数。"
* comment = "Example 示例: GET [base]/Contract/[id]/$delivery"
* type = false
* instance = true
* insert Param(out, promised, 1, 1, integer, [[All services promised 约定总次数]])
* insert Param(out, delivered, 1, 1, integer, [[All services delivered 已提供总次数]])
* insert Group(out, service, 0, *, [[One service 一项服务]])
* insert Part(out, package, 1, 1, canonical, [[The package that promises it 所属服务包]])
* insert Part(out, title, 1, 1, string, [[Its name 名称]])
* insert Part(out, code, 1, 1, CodeableConcept, [[Its code 代码]])
* insert Part(out, promised, 1, 1, integer, [[How often it was promised for the term 约定次数]])
* insert Part(out, delivered, 1, 1, integer, [[How often it was delivered 已提供次数]])
* insert Part(out, overdue, 1, 1, integer, [[Open after the end of their window 逾期次数]])
* insert Part(out, open, 1, 1, integer, [[Still to do 待办次数]])
* insert Part(out, failed, 1, 1, integer, [[Not delivered, for a stated reason 未提供次数(有原因)]])

Instance: responsible
InstanceOf: OperationDefinition
Usage: #definition
Title: "Who is responsible for a resident (责任机构与责任医生)"
* insert Operation(responsible, Responsible, responsible, Patient, false)
* title = "Who is responsible for a resident (责任机构与责任医生)"
* description = "Institution, team, doctor and contract of a resident on a day, past days included; of a day to come as far as a contract reaches. 查询居民任一日期的责任机构、团队、家庭医生和协议;未来日期以现有协议期限为限。"
* comment = "Example 示例: GET [base]/Patient/[id]/$responsible?date=2026-06-30"
* type = false
* instance = true
* insert Param(in, date, 0, 1, date, [[The day; today when absent 日期,缺省为今日]])
* insert Param(out, date, 1, 1, date, [[The day 日期]])
* insert Param(out, organization, 0, 1, Reference, [[The institution; absent when nobody was responsible 责任机构,无人负责时缺省]])
* insert Param(out, team, 0, 1, Reference, [[The team 签约团队]])
* insert Param(out, doctor, 0, 1, Reference, [[The general practitioner of the team on that day 当日家庭医生]])
* insert Param(out, contract, 0, 1, Reference, [[The contract 协议]])
* insert Param(out, episode, 0, 1, Reference, [[The period of responsibility 责任期]])
