// The steps of a referral. Each answers the task, and an error says what is allowed next.

RuleSet: Target(type)
* parameter[=].targetProfile[+] = "http://hl7.org/fhir/StructureDefinition/{type}"

RuleSet: Bound(strength, valueset)
* parameter[=].binding.strength = #{strength}
* parameter[=].binding.valueSet = "{valueset}"

Instance: refer
InstanceOf: OperationDefinition
Usage: #definition
Title: "Refer (发起转诊)"
* insert Operation(refer, Refer, refer, ServiceRequest, true)
* title = "Refer (发起转诊)"
* description = "Refers a resident to another institution, up, down or to one of the same level, or asks it for an opinion: makes the request and its task, and submits it. On an instance, brings a draft on its way. Without consent only a draft is made (submit = false), but for an emergency with its exemption. 发起上转、下转、平转或会诊:生成转诊申请与处理任务并提交。在实例上调用时提交已有草稿。无知情同意时只能保存草稿(submit=false),急诊豁免除外。"
* comment = "Example 示例: POST [base]/ServiceRequest/$refer {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"direction\",\"valueCode\":\"up\"},{\"name\":\"category\",\"valueCode\":\"outpatient\"},{\"name\":\"subject\",\"valueReference\":{\"reference\":\"Patient/resident-001\"}},{\"name\":\"requester\",\"valueReference\":{\"reference\":\"PractitionerRole/township-centre-east-physician-1\"}},{\"name\":\"performer\",\"valueReference\":{\"reference\":\"Organization/county-hospital\"}},{\"name\":\"reason\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://xiantong.example/fhir/CodeSystem/referral-reason\",\"code\":\"uncontrolled-twice\"}]}},{\"name\":\"diagnosis\",\"valueReference\":{\"reference\":\"Condition/resident-001-condition-1\"}},{\"name\":\"summary\",\"valueString\":\"连续两次血压控制不满意\"},{\"name\":\"supportingInfo\",\"valueReference\":{\"reference\":\"MedicationRequest/resident-001-medication-1\"}},{\"name\":\"consent\",\"valueReference\":{\"reference\":\"Consent/1\"}}]}"
* type = true
* instance = true
* insert Param(in, request, 0, 1, ServiceRequest, [[The request as a resource; what the other parameters say is put in 转诊申请资源]])
* insert Param(in, record, 0, 1, Bundle, [[Resources to store along, as a collection: consent, conditions, results. References between them are by fullUrl 随附的病历资料]])
* insert Param(in, kind, 0, 1, code, [[referral or consultation; consultation for the category consult, else referral 转诊或会诊(类别为会诊时缺省为会诊)]])
* insert Bound(required, https://xiantong.example/fhir/ValueSet/county-order-code)
* insert Param(in, direction, 0, 1, code, [[up, down or lateral 转诊方向]])
* insert Bound(required, https://xiantong.example/fhir/ValueSet/referral-direction)
* insert Param(in, category, 0, 1, code, [[What is asked for 转诊类别]])
* insert Bound(required, https://xiantong.example/fhir/ValueSet/referral-category)
* insert Param(in, priority, 0, 1, code, [[Urgency; routine when absent 紧急程度]])
* insert Bound(required, http://hl7.org/fhir/ValueSet/request-priority)
* insert Param(in, subject, 0, 1, Reference, [[The resident 居民]])
* insert Target(Patient)
* insert Param(in, requester, 0, 1, Reference, [[The referring doctor 申请医生]])
* insert Target(PractitionerRole)
* insert Param(in, performer, 0, *, Reference, [[The receiving institution, department, doctor 转入机构、科室、医生]])
* insert Target(Organization)
* insert Target(HealthcareService)
* insert Target(PractitionerRole)
* insert Param(in, reason, 0, *, CodeableConcept, [[Why 转诊原因]])
* insert Bound(extensible, https://xiantong.example/fhir/ValueSet/referral-reason)
* insert Param(in, diagnosis, 0, *, Reference, [[Preliminary diagnosis 初步诊断]])
* insert Target(Condition)
* insert Param(in, summary, 0, 1, string, [[Summary of the illness 病情摘要]])
* insert Param(in, supportingInfo, 0, *, Reference, [[Medicines, allergies, results, documents 用药、过敏、检查检验结果、文书]])
* insert Param(in, consent, 0, 1, Reference, [[The consent to this referral 知情同意书]])
* insert Target(Consent)
* insert Param(in, exemptionReason, 0, 1, string, [[Emergency without consent: why there was no time; the priority is stat then 急诊豁免原因(优先级即为 stat)]])
* insert Param(in, answerable, 0, 1, Reference, [[Who answers for the exemption; the requester when absent 豁免责任医生]])
* insert Target(Practitioner)
* insert Target(PractitionerRole)
* insert Param(in, basedOn, 0, 1, Reference, [[The referral that this one continues 原转诊单]])
* insert Target(ServiceRequest)
* insert Param(in, occurrence, 0, 1, dateTime, [[When it is wished for 期望时间]])
* insert Param(in, bedNeeded, 0, 1, boolean, [[Whether a bed is needed 是否需要床位]])
* insert Param(in, slot, 0, *, Reference, [[A slot to hold until the receiving side accepts 暂留的号源或床位]])
* insert Target(Slot)
* insert Param(in, submit, 0, 1, boolean, [[false: only a draft; true when absent 是否提交]])
* insert Param(in, review, 0, 1, boolean, [[true: the own department of the institution reviews first 是否先经院内审核]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: complete-emergency-record
InstanceOf: OperationDefinition
Usage: #definition
Title: "Complete the record of an emergency (急诊补录)"
* insert Operation(complete-emergency-record, CompleteEmergencyRecord, complete-emergency-record, ServiceRequest, true)
* title = "Complete the record of an emergency (急诊补录)"
* description = "Adds afterwards what an emergency referral was exempted from: consent, diagnosis, summary, record. 急诊转诊事后补录知情同意、初步诊断、病情摘要与病历资料。"
* comment = "Example 示例: POST [base]/ServiceRequest/[id]/$complete-emergency-record {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"consent\",\"valueReference\":{\"reference\":\"Consent/1\"}},{\"name\":\"diagnosis\",\"valueReference\":{\"reference\":\"Condition/1\"}},{\"name\":\"summary\",\"valueString\":\"胸痛2小时,心电图提示ST段抬高\"},{\"name\":\"supportingInfo\",\"valueReference\":{\"reference\":\"Observation/1\"}}]}"
* type = false
* instance = true
* insert Param(in, consent, 0, 1, Reference, [[The consent to this referral 知情同意书]])
* insert Target(Consent)
* insert Param(in, diagnosis, 0, *, Reference, [[Preliminary diagnosis 初步诊断]])
* insert Target(Condition)
* insert Param(in, summary, 0, 1, string, [[Summary of the illness 病情摘要]])
* insert Param(in, supportingInfo, 0, *, Reference, [[Medicines, allergies, results, documents 用药、过敏、检查检验结果、文书]])
* insert Param(out, return, 1, 1, ServiceRequest, [[The request, as it is now 当前转诊申请]])

Instance: submit
InstanceOf: OperationDefinition
Usage: #definition
Title: "Submit (提交转诊)"
* insert Operation(submit, SubmitReferral, submit, Task, true)
* title = "Submit (提交转诊)"
* description = "Submits a draft, or passes a referral that the own department has reviewed. Needs consent, reason, diagnosis, summary and record, or an emergency exemption. 提交草稿,或将院内审核通过的转诊提交转诊会诊中心。须有知情同意、原因、初步诊断、摘要与病历资料,急诊豁免除外。"
* comment = "Example 示例: POST [base]/Task/[id]/$submit {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"consent\",\"valueReference\":{\"reference\":\"Consent/1\"}}]}"
* type = false
* instance = true
* insert Param(in, consent, 0, 1, Reference, [[The consent to this referral 知情同意书]])
* insert Target(Consent)
* insert Param(in, review, 0, 1, boolean, [[true: the own department reviews first 是否先经院内审核]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: return-for-revision
InstanceOf: OperationDefinition
Usage: #definition
Title: "Return for revision (退回修改)"
* insert Operation(return-for-revision, ReturnForRevision, return-for-revision, Task, true)
* title = "Return for revision (退回修改)"
* description = "Gives a referral back to the referring doctor, who may change and submit it again. 将转诊退回申请医生修改后重新提交。"
* comment = "Example 示例: POST [base]/Task/[id]/$return-for-revision {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"reason\",\"valueString\":\"缺少近期心电图\"}]}"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, string, [[What is to be changed 退回原因]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: receive
InstanceOf: OperationDefinition
Usage: #definition
Title: "Receive (接收转诊)"
* insert Operation(receive, ReceiveReferral, receive, Task, true)
* title = "Receive (接收转诊)"
* description = "The referral centre has it and gives it to the institution that is asked. 转诊会诊中心接收并交给转入机构。"
* comment = "Example 示例: POST [base]/Task/[id]/$receive {\"resourceType\":\"Parameters\"}"
* type = false
* instance = true
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: accept
InstanceOf: OperationDefinition
Usage: #definition
Title: "Accept (受理转诊)"
* insert Operation(accept, AcceptReferral, accept, Task, true)
* title = "Accept (受理转诊)"
* description = "The receiving institution will take the resident; slots, held before or named here, are booked. 转入机构受理;同时预约暂留或指定的号源、床位。"
* comment = "Example 示例: POST [base]/Task/[id]/$accept {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"slot\",\"valueReference\":{\"reference\":\"Slot/1\"}}]}"
* type = false
* instance = true
* insert Param(in, slot, 0, *, Reference, [[What is booked at once 同时预约的号源或床位]])
* insert Target(Slot)
* insert Param(in, performer, 0, 1, Reference, [[The department or doctor that takes the resident 接诊科室或医生]])
* insert Target(HealthcareService)
* insert Target(PractitionerRole)
* insert Param(in, note, 0, 1, string, [[Advice for the referring side 备注]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: reject
InstanceOf: OperationDefinition
Usage: #definition
Title: "Reject (拒收转诊)"
* insert Operation(reject, RejectReferral, reject, Task, true)
* title = "Reject (拒收转诊)"
* description = "Not taken, for a listed reason. With an alternative the referral goes there; without one the referring side decides: redirect or cancel. 按目录原因拒收。可指定其他机构改派;否则由申请方改派或取消。"
* comment = "Example 示例: POST [base]/Task/[id]/$reject {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"reason\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://xiantong.example/fhir/CodeSystem/referral-rejection-reason\",\"code\":\"no-bed\"}]}}]}"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, CodeableConcept, [[Why 原因]])
* insert Bound(required, https://xiantong.example/fhir/ValueSet/referral-rejection-reason)
* insert Param(in, alternative, 0, 1, Reference, [[Who may take it instead 建议改派的机构]])
* insert Target(Organization)
* insert Target(HealthcareService)
* insert Target(PractitionerRole)
* insert Param(in, consent, 0, 1, Reference, [[The consent to this referral 知情同意书]])
* insert Target(Consent)
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: redirect
InstanceOf: OperationDefinition
Usage: #definition
Title: "Redirect (改派转诊)"
* insert Operation(redirect, RedirectReferral, redirect, Task, true)
* title = "Redirect (改派转诊)"
* description = "Gives the referral to another institution, under a new task for the same request; also after it was rejected, timed out, or the resident did not arrive. Answers the new task. 将转诊改派其他机构:同一申请生成新任务。拒收、超时、爽约之后也可改派。返回新任务。"
* comment = "Example 示例: POST [base]/Task/[id]/$redirect {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"to\",\"valueReference\":{\"reference\":\"Organization/township-centre-west\"}},{\"name\":\"consent\",\"valueReference\":{\"reference\":\"Consent/2\"}}]}"
* type = false
* instance = true
* insert Param(in, to, 1, 1, Reference, [[Who is to take it 改派的机构]])
* insert Target(Organization)
* insert Target(HealthcareService)
* insert Target(PractitionerRole)
* insert Param(in, reason, 0, 1, string, [[Why 改派原因]])
* insert Param(in, consent, 0, 1, Reference, [[The consent to this referral 知情同意书]])
* insert Target(Consent)
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: book
InstanceOf: OperationDefinition
Usage: #definition
Title: "Book (预约号源或床位)"
* insert Operation(book, BookReferral, book, Task, true)
* title = "Book (预约号源或床位)"
* description = "Books slots for an accepted referral in the place of those booked before; or holds them for a time before it is accepted. 为已受理的转诊预约号源或床位(替换原预约);hold=true 时受理前暂留。"
* comment = "Example 示例: POST [base]/Task/[id]/$book {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"slot\",\"valueReference\":{\"reference\":\"Slot/1\"}}]}"
* type = false
* instance = true
* insert Param(in, slot, 1, *, Reference, [[What is booked 号源或床位]])
* insert Target(Slot)
* insert Param(in, hold, 0, 1, boolean, [[true: only held, until the time of the hold is over 仅暂留]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: arrive
InstanceOf: OperationDefinition
Usage: #definition
Title: "Arrive (患者到诊)"
* insert Operation(arrive, ArriveReferral, arrive, Task, true)
* title = "Arrive (患者到诊)"
* description = "The resident has arrived or was admitted. An emergency may arrive before it was accepted. Without an encounter one is made. 患者已到诊或入院。急诊可先到后受理。未给出就诊时自动生成。"
* comment = "Example 示例: POST [base]/Task/[id]/$arrive {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"identityCheck\",\"valueCode\":\"card-read\"}]}"
* type = false
* instance = true
* insert Param(in, encounter, 0, 1, Reference, [[The visit or stay 就诊]])
* insert Target(Encounter)
* insert Param(in, identityCheck, 0, 1, code, [[How the identity was verified 身份验证方式]])
* insert Bound(extensible, https://xiantong.example/fhir/ValueSet/identity-check)
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: no-show
InstanceOf: OperationDefinition
Usage: #definition
Title: "Did not arrive (患者爽约)"
* insert Operation(no-show, NoShowReferral, no-show, Task, true)
* title = "Did not arrive (患者爽约)"
* description = "The resident did not arrive; the slot is free again. 患者未到诊,释放号源。"
* comment = "Example 示例: POST [base]/Task/[id]/$no-show {\"resourceType\":\"Parameters\"}"
* type = false
* instance = true
* insert Param(in, reason, 0, 1, string, [[What is known of it 说明]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: start
InstanceOf: OperationDefinition
Usage: #definition
Title: "Start (开始诊疗)"
* insert Operation(start, StartReferral, start, Task, true)
* title = "Start (开始诊疗)"
* description = "Treatment, or the consultation, has begun. 开始诊疗或会诊。"
* comment = "Example 示例: POST [base]/Task/[id]/$start {\"resourceType\":\"Parameters\"}"
* type = false
* instance = true
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: discharge
InstanceOf: OperationDefinition
Usage: #definition
Title: "Discharge (完成诊疗)"
* insert Operation(discharge, DischargeReferral, discharge, Task, true)
* title = "Discharge (完成诊疗)"
* description = "Treatment ended: needs the hand-over document with discharge diagnosis, results, medicines with a plan, next steps, red flags and follow-up interval. A discharge to the community (disposition 3) opens the down-referral and the follow-up task of the responsible team. 完成诊疗:须有完整交接文书(出院诊断、结果、用药计划、下一步方案、预警指标、随访间隔)。医嘱转社区(离院方式3)时自动发起下转并生成责任团队随访任务。"
* comment = "Example 示例: POST [base]/Task/[id]/$discharge {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"handover\",\"valueReference\":{\"reference\":\"Composition/1\"}},{\"name\":\"disposition\",\"valueCode\":\"3\"},{\"name\":\"outcome\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://xiantong.example/fhir/CodeSystem/referral-outcome\",\"code\":\"improved\"}]}}]}"
* type = false
* instance = true
* insert Param(in, handover, 0, 1, Reference, [[The hand-over document 交接文书]])
* insert Target(Composition)
* insert Target(Bundle)
* insert Target(DocumentReference)
* insert Param(in, document, 0, 1, Resource, [[The hand-over document as a resource, Composition or Bundle, to be stored 交接文书资源]])
* insert Param(in, encounter, 0, 1, Reference, [[The visit or stay, when it was not named on arrival 就诊]])
* insert Target(Encounter)
* insert Param(in, outcome, 0, 1, CodeableConcept, [[How the resident is 治疗结果]])
* insert Bound(extensible, https://xiantong.example/fhir/ValueSet/referral-outcome)
* insert Param(in, disposition, 0, 1, code, [[How the resident left, code of CV06.00.226, put into the encounter 离院方式]])
* insert Param(in, destination, 0, 1, Reference, [[The institution that takes the resident over, when not that of the responsible team; put into the encounter 下转接收机构]])
* insert Target(Organization)
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: refer-back
InstanceOf: OperationDefinition
Usage: #definition
Title: "Refer back (下转)"
* insert Operation(refer-back, ReferBack, refer-back, Task, true)
* title = "Refer back (下转)"
* description = "Refers the resident down after treatment, with the hand-over document. Answers the task of the down-referral. 诊疗完成后携交接文书下转。返回下转任务。"
* comment = "Example 示例: POST [base]/Task/[id]/$refer-back {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"performer\",\"valueReference\":{\"reference\":\"Organization/township-centre-east\"}}]}"
* type = false
* instance = true
* insert Param(in, performer, 0, 1, Reference, [[Who takes the resident over; the responsible team when absent 接收机构]])
* insert Target(Organization)
* insert Target(HealthcareService)
* insert Target(PractitionerRole)
* insert Param(in, requester, 0, 1, Reference, [[Who refers down; the author of the hand-over document when absent 下转医生]])
* insert Target(PractitionerRole)
* insert Param(in, category, 0, 1, code, [[What is asked for; rehab when absent 转诊类别]])
* insert Bound(required, https://xiantong.example/fhir/ValueSet/referral-category)
* insert Param(in, reason, 0, *, CodeableConcept, [[Why; stable when absent 下转原因]])
* insert Bound(extensible, https://xiantong.example/fhir/ValueSet/referral-reason)
* insert Param(in, summary, 0, 1, string, [[Summary of the illness 病情摘要]])
* insert Param(in, consent, 0, 1, Reference, [[The consent to this referral 知情同意书]])
* insert Target(Consent)
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: acknowledge
InstanceOf: OperationDefinition
Usage: #definition
Title: "Acknowledge (基层接收确认)"
* insert Operation(acknowledge, AcknowledgeHandover, acknowledge, Task, true)
* title = "Acknowledge (基层接收确认)"
* description = "The community team has read the hand-over document and takes over its medication plan. The up-referral closes. 基层团队已阅交接文书并确认用药计划,原上转随之结案。"
* comment = "Example 示例: POST [base]/Task/[id]/$acknowledge {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"medicationPlan\",\"valueBoolean\":true}]}"
* type = false
* instance = true
* insert Param(in, medicationPlan, 1, 1, boolean, [[true: the medication plan was read and is taken over 用药计划已核对]])
* insert Param(in, note, 0, 1, string, [[Remarks 备注]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: report-follow-up
InstanceOf: OperationDefinition
Usage: #definition
Title: "Report a follow-up (上报随访结果)"
* insert Operation(report-follow-up, ReportFollowUp, report-follow-up, Task, true)
* title = "Report a follow-up (上报随访结果)"
* description = "On the follow-up task of a referral: what the follow-up found. The referral comes into follow-up, or closes. 在转诊随访任务上:上报随访结果,转诊进入随访中或结案。"
* comment = "Example 示例: POST [base]/Task/[id]/$report-follow-up {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"outcome\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://xiantong.example/fhir/CodeSystem/referral-outcome\",\"code\":\"stable\"}]}},{\"name\":\"method\",\"valueCode\":\"2\"},{\"name\":\"close\",\"valueBoolean\":true}]}"
* type = false
* instance = true
* insert Param(in, outcome, 1, 1, CodeableConcept, [[How the resident is 治疗结果]])
* insert Bound(extensible, https://xiantong.example/fhir/ValueSet/referral-outcome)
* insert Param(in, method, 1, 1, code, [[1 clinic, 2 home, 3 telephone 随访方式]])
* insert Param(in, performed, 0, 1, dateTime, [[When, today at the latest; now when absent 随访时间,不晚于今日]])
* insert Param(in, result, 0, *, Reference, [[Visit, form, measurement 随访结果]])
* insert Target(Encounter)
* insert Target(QuestionnaireResponse)
* insert Target(Observation)
* insert Param(in, note, 0, 1, string, [[Remarks 备注]])
* insert Param(in, close, 0, 1, boolean, [[true: the referral closes with this outcome 同时结案]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: close
InstanceOf: OperationDefinition
Usage: #definition
Title: "Close (结案)"
* insert Operation(close, CloseReferral, close, Task, true)
* title = "Close (结案)"
* description = "Closes a referral with its outcome, an up-referral also with the decision about a down-referral, a consultation with its opinion. 记录治疗结果并结案;上转须有下转单或不下转原因,会诊须有会诊意见。"
* comment = "Example 示例: POST [base]/Task/[id]/$close {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"outcome\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://xiantong.example/fhir/CodeSystem/referral-outcome\",\"code\":\"cured\"}]}},{\"name\":\"noDownReferral\",\"valueString\":\"痊愈,无需随访\"}]}"
* type = false
* instance = true
* insert Param(in, outcome, 0, 1, CodeableConcept, [[How the resident is; not needed when it was said at discharge 治疗结果(完成诊疗时已记录则无需再填)]])
* insert Bound(extensible, https://xiantong.example/fhir/ValueSet/referral-outcome)
* insert Param(in, noDownReferral, 0, 1, string, [[Why no down-referral 不下转原因]])
* insert Param(in, opinion, 0, 1, Reference, [[The opinion of a consultation 会诊意见]])
* insert Target(Composition)
* insert Target(Bundle)
* insert Target(DocumentReference)
* insert Param(in, document, 0, 1, Resource, [[The opinion as a resource, to be stored 会诊意见资源]])
* insert Param(in, note, 0, 1, string, [[Remarks 备注]])
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])

Instance: cancel
InstanceOf: OperationDefinition
Usage: #definition
Title: "Cancel (取消转诊)"
* insert Operation(cancel, CancelReferral, cancel, Task, true)
* title = "Cancel (取消转诊)"
* description = "Withdraws a referral before the resident has arrived; slots are free again. 到诊前撤回转诊,释放号源。"
* comment = "Example 示例: POST [base]/Task/[id]/$cancel {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"reason\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"https://xiantong.example/fhir/CodeSystem/referral-end-reason\",\"code\":\"withdrawn\"}]}}]}"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, CodeableConcept, [[Why 原因]])
* insert Bound(required, https://xiantong.example/fhir/ValueSet/referral-end-reason)
* insert Param(out, return, 1, 1, Task, [[The task, as it is now 当前任务]])
