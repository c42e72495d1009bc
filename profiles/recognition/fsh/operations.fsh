Instance: check-recognition
InstanceOf: OperationDefinition
Usage: #definition
Title: "Check recognition (重复检验提示)"
* insert Operation(check-recognition, CheckRecognition, check-recognition, ServiceRequest, false)
* title = "Check recognition (重复检验提示)"
* description = "For each ordered item: which earlier results exist, whether the rules allow them to be recognised, and if not, why. Give orders, references to orders, or items with a subject. The results of images are the images, never the opinion about them. 对每个申请项目:有哪些既往结果、是否符合互认条件、不符合的原因。可传申请单、申请单引用,或患者加项目。"
* comment = "Example 示例: POST [base]/ServiceRequest/$check-recognition {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"subject\",\"valueReference\":{\"reference\":\"Patient/resident-001\"}},{\"name\":\"item\",\"valueCodeableConcept\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"718-7\"}]}},{\"name\":\"organization\",\"valueReference\":{\"reference\":\"Organization/county-hospital\"}}]}"
* type = true
* instance = false
* insert Param(in, order, 0, *, ServiceRequest, [[An order that is about to be placed. 拟开立的申请单]])
* insert Param(in, orderReference, 0, *, Reference, [[An order that the server has. 服务器上已有的申请单]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/ServiceRequest"
* insert Param(in, subject, 0, 1, Reference, [[The patient, when items are given without an order. 患者(只给项目而无申请单时)]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Patient"
* insert Param(in, item, 0, *, CodeableConcept, [[An item that is about to be ordered. 拟申请的项目]])
* insert Param(in, organization, 0, 1, Reference, [[The asking institution. 申请机构]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, setting, 0, 1, code, [[Where the patient is treated; selects the window of the item. 就诊场景,决定该项目的互认时限]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/care-setting"
* insert Param(in, at, 0, 1, dateTime, [[The moment to check for; now when absent. 判断的时间点,缺省为当前时间]])
* insert Group(out, item, 0, *, [[One ordered item. 一个申请项目]])
* insert Part(out, code, 1, 1, CodeableConcept, [[The item as ordered. 所申请的项目]])
* insert Part(out, recommendation, 1, 1, code, [[What the check recommends. 建议]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recognition-recommendation"
* insert Part(out, ruleset, 0, 1, canonical, [[The ruleset that was applied. 所用规则集]])
* insert PartGroup(out, candidate, 0, *, [[An earlier result, the newest first. 既往结果,最新在前]])
* insert SubPart(out, result, 1, 1, Reference, [[The result: a value, the report of a panel, or images. 结果:数值、组套报告或影像]])
* parameter[=].part[=].part[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Observation"
* parameter[=].part[=].part[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* parameter[=].part[=].part[=].targetProfile[2] = "http://hl7.org/fhir/StructureDefinition/ImagingStudy"
* insert SubPart(out, report, 0, 1, Reference, [[The report that lists the result. 所属报告]])
* parameter[=].part[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* insert SubPart(out, performer, 0, 1, Reference, [[Who produced the result. 出具者]])
* insert SubPart(out, effective, 0, 1, dateTime, [[When the specimen was taken or the images were made. 采样或成像时间]])
* insert SubPart(out, value, 0, 1, Element, [[The value. 结果值]])
* parameter[=].part[=].part[=].extension[0].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[0].valueUri = "Quantity"
* parameter[=].part[=].part[=].extension[1].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[1].valueUri = "string"
* parameter[=].part[=].part[=].extension[2].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[2].valueUri = "CodeableConcept"
* insert SubPart(out, eligible, 1, 1, boolean, [[Whether every rule is met. 是否满足全部条件]])
* insert SubPart(out, reason, 0, *, Coding, [[What the check found. 判断所见]])
* parameter[=].part[=].part[=].binding.strength = #required
* parameter[=].part[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recognition-finding"
* insert SubPart(out, explanation, 0, 1, string, [[The finding in a sentence, in the language of the request. 以请求语言说明的一句话]])

Instance: decide-recognition
InstanceOf: OperationDefinition
Usage: #definition
Title: "Decide recognition (互认决定)"
* insert Operation(decide-recognition, DecideRecognition, decide-recognition, ServiceRequest, true)
* title = "Decide recognition (互认决定)"
* description = "Records what a doctor decided about one or several earlier results, all or nothing. Each decision becomes a Task of the profile county-recognition-decision; an offer that was made for the same result, order and encounter becomes the decision. 记录医师对一项或多项既往结果的互认决定,全部成功或全部不成功;不予互认须选择复检原因并记录对患者的说明。影像互认的是影像本身,可用 reader 指定重新阅片者。"
* comment = "Example 示例: POST [base]/ServiceRequest/$decide-recognition {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"decision\",\"part\":[{\"name\":\"result\",\"valueReference\":{\"reference\":\"Observation/1\"}},{\"name\":\"order\",\"valueReference\":{\"reference\":\"ServiceRequest/1\"}},{\"name\":\"outcome\",\"valueCode\":\"recognized\"}]},{\"name\":\"decider\",\"valueReference\":{\"reference\":\"PractitionerRole/county-hospital-physician-1\"}}]}"
* type = true
* instance = false
* insert Group(in, decision, 1, *, [[One decision. 一项决定]])
* insert Part(in, result, 1, 1, Reference, [[The earlier result: a value, the report of a panel, or images. 既往结果:数值、组套报告或影像]])
* parameter[=].part[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Observation"
* parameter[=].part[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* parameter[=].part[=].targetProfile[2] = "http://hl7.org/fhir/StructureDefinition/ImagingStudy"
* insert Part(in, order, 0, 1, Reference, [[The order that the decision is about. 所针对的申请单]])
* parameter[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/ServiceRequest"
* insert Part(in, outcome, 1, 1, code, [[What was decided. 决定]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recognition-outcome"
* insert Part(in, reason, 0, 1, CodeableConcept, [[Why the examination is repeated; needed for a denial. 复检原因,不予互认时必填]])
* parameter[=].part[=].binding.strength = #preferred
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recheck-reason-national"
* insert Part(in, explanation, 0, 1, string, [[What the patient was told; needed for a denial. 对患者的说明,不予互认时必填]])
* insert Part(in, encounter, 0, 1, Reference, [[The encounter in which the doctor decided. 作出决定的就诊]])
* parameter[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Encounter"
* insert Part(in, reader, 0, 1, Reference, [[Who is to read recognised images again: an order goes to them. 重新阅片者,将收到申请]])
* parameter[=].part[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Practitioner"
* parameter[=].part[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/PractitionerRole"
* parameter[=].part[=].targetProfile[2] = "http://hl7.org/fhir/StructureDefinition/Organization"
* parameter[=].part[=].targetProfile[3] = "http://hl7.org/fhir/StructureDefinition/HealthcareService"
* insert Param(in, decider, 1, 1, Reference, [[The doctor who decided. 作出决定的医师]])
* parameter[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Practitioner"
* parameter[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/PractitionerRole"
* insert Param(out, return, 1, 1, Bundle, [[What was recorded. 所记录的资源]])

Instance: revoke-recognition
InstanceOf: OperationDefinition
Usage: #definition
Title: "Revoke recognition (撤销互认决定)"
* insert Operation(revoke-recognition, RevokeRecognition, revoke-recognition, Task, true)
* title = "Revoke recognition (撤销互认决定)"
* description = "Withdraws a recognition or a denial, with a reason; afterwards the same result may be decided again. 撤销互认或不予互认的决定并说明原因,之后可重新决定。"
* comment = "Example 示例: POST [base]/Task/[id]/$revoke-recognition {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"reason\",\"valueString\":\"病情变化\"},{\"name\":\"decider\",\"valueReference\":{\"reference\":\"PractitionerRole/county-hospital-physician-1\"}}]}"
* type = false
* instance = true
* insert Param(in, reason, 1, 1, Element, [[Why the decision is withdrawn. 撤销原因]])
* parameter[=].extension[0].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].extension[0].valueUri = "CodeableConcept"
* parameter[=].extension[1].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].extension[1].valueUri = "string"
* insert Param(in, decider, 1, 1, Reference, [[The doctor who withdraws it. 撤销的医师]])
* parameter[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Practitioner"
* parameter[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/PractitionerRole"
* insert Param(out, return, 1, 1, Task, [[The decision as it stands now. 现在的决定]])

Instance: recognition-counts
InstanceOf: OperationDefinition
Usage: #definition
Title: "Recognition counts (互认统计)"
* insert Operation(recognition-counts, RecognitionCounts, recognition-counts, Organization, false)
* title = "Recognition counts (互认统计)"
* description = "How often results could have been recognised, were offered, were recognised, were declined and why, and how often examinations were repeated: by asking institution and item, for a period. 按申请机构、项目和时段统计可互认、已提示、已互认、不予互认(按原因)和重复检查的次数。"
* comment = "Example 示例: GET [base]/Organization/county-hospital/$recognition-counts?start=2026-01-01&end=2026-06-30"
* type = true
* instance = true
* insert Param(in, start, 1, 1, date, [[The first day. 起始日期]])
* insert Param(in, end, 1, 1, date, [[The last day. 截止日期]])
* insert Param(in, organization, 0, 1, Reference, [[The asking institution; all of them when absent, none when called on one. 申请机构]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Group(out, count, 0, *, [[One institution and item. 一个机构的一个项目]])
* insert Part(out, organization, 0, 1, Reference, [[The asking institution. 申请机构]])
* insert Part(out, item, 1, 1, CodeableConcept, [[What was ordered. 申请项目]])
* insert Part(out, eligible, 1, 1, integer, [[Occasions on which a result could have been recognised. 可互认次数]])
* insert Part(out, offered, 1, 1, integer, [[Of these, shown to the doctor while ordering. 已提示次数]])
* insert Part(out, recognized, 1, 1, integer, [[Recognised. 已互认次数]])
* insert Part(out, denied, 1, 1, integer, [[Declined. 不予互认次数]])
* insert Part(out, repeated, 1, 1, integer, [[Ordered again: declined, or ordered without a decision. 重复检查次数]])
* insert PartGroup(out, reason, 0, *, [[Declined for this reason. 不予互认原因]])
* insert SubPart(out, code, 1, 1, Coding, [[The reason. 原因]])
* insert SubPart(out, count, 1, 1, integer, [[How often. 次数]])

Instance: advance-diagnosis
InstanceOf: OperationDefinition
Usage: #definition
Title: "Advance a shared diagnosis (集中诊断环节推进)"
* insert Operation(advance-diagnosis, AdvanceDiagnosis, advance-diagnosis, Task, true)
* title = "Advance a shared diagnosis (集中诊断环节推进)"
* description = "Takes the next step of an examination Task (register, examine, upload, cancel) or of a diagnosis Task (receive, reject, interpret, publish, cancel), with all that follows from it: the centre's Task when something is sent, a new examination when it cannot be used. A step that the state does not allow is refused, with those that it allows. 推进检查任务(登记、检查、上传/送出、取消)或诊断任务(接收、退回、诊断、审核发布、取消),并写入由此产生的任务与通知;不允许的环节会被拒绝并列出允许的下一步。"
* comment = "Example 示例: POST [base]/Task/[id]/$advance-diagnosis {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"event\",\"valueCode\":\"register\"},{\"name\":\"output\",\"valueReference\":{\"reference\":\"Specimen/1\"}}]}"
* type = false
* instance = true
* insert Param(in, event, 1, 1, code, [[The step. 环节]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/shared-diagnosis-event"
* insert Param(in, output, 0, *, Reference, [[What was produced: specimen, images, recording, report. 标本、影像、记录或报告]])
* parameter[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Specimen"
* parameter[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/ImagingStudy"
* parameter[=].targetProfile[2] = "http://hl7.org/fhir/StructureDefinition/Media"
* parameter[=].targetProfile[3] = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* insert Param(in, reason, 0, 1, CodeableConcept, [[Why it is rejected or cancelled. 不合格或取消原因]])
* parameter[=].binding.strength = #preferred
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/examination-rejection-reason"
* insert Param(out, return, 1, 1, Bundle, [[The Task, and all that was written with it. 任务及随之写入的资源]])

Instance: acknowledge-critical-value
InstanceOf: OperationDefinition
Usage: #definition
Title: "Acknowledge a critical value (确认危急值)"
* insert Operation(acknowledge-critical-value, AcknowledgeCriticalValue, acknowledge-critical-value, Task, true)
* title = "Acknowledge a critical value (确认危急值)"
* description = "Says who received a critical value, and what was done. One that is not acknowledged before its deadline is told to the institution, then to its head. 确认收到危急值并记录处理措施;超时未确认的逐级上报。"
* comment = "Example 示例: POST [base]/Task/[id]/$acknowledge-critical-value {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"acknowledgedBy\",\"valueReference\":{\"reference\":\"PractitionerRole/township-centre-east-physician-1\"}},{\"name\":\"action\",\"valueString\":\"已通知患者复诊\"}]}"
* type = false
* instance = true
* insert Param(in, acknowledgedBy, 1, 1, Reference, [[Who received it. 接收人]])
* parameter[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Practitioner"
* parameter[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/PractitionerRole"
* insert Param(in, action, 0, *, string, [[What was done. 处理措施]])
* insert Param(out, return, 1, 1, Bundle, [[The Task as it stands now. 任务]])
