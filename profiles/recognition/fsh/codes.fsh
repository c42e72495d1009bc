// ---- Code systems of recognition, each with the value set of all its codes.

CodeSystem: RecognitionScope
Id: recognition-scope
Title: "Recognition scope (互认范围)"
Description: "How far a recognition mark reaches. A wider scope includes the narrower ones."
* insert Codes
* insert C(national, [[National]], [[全国]], [[Recognised by every institution of the country.]])
* insert C(region, [[Region of several provinces]], [[区域]], [[Recognised inside a group of provinces that agreed on it; the mark names the area.]])
* insert C(province, [[Province]], [[全省]], [[Recognised inside one province.]])
* insert C(city, [[City]], [[全市]], [[Recognised inside one prefecture-level city.]])
* insert C(community, [[Medical community]], [[医共体内]], [[Recognised between the institutions of one county medical community.]])
* insert C(institution, [[Issuing institution only]], [[本机构]], [[Not for recognition elsewhere.]])

ValueSet: RecognitionScopeVS
Id: recognition-scope
Title: "Recognition scope (互认范围)"
Description: "All recognition scopes."
* insert Published
* include codes from system RecognitionScope

CodeSystem: RecognitionDecisionState
Id: recognition-decision-state
Title: "Recognition decision state (互认决定状态)"
Description: "Where a recognition decision stands; carried in Task.businessStatus."
* insert Codes
* insert C(candidate, [[Candidate]], [[待提示]], [[Found by the duplicate check, not shown to anybody yet.]])
* insert C(offered, [[Offered]], [[已提示医生]], [[Shown to the ordering doctor.]])
* insert C(viewed, [[Viewed]], [[已调阅]], [[The doctor opened the earlier result.]])
* insert C(recognized, [[Recognized]], [[已互认]], [[The doctor uses the earlier result and does not repeat the examination.]])
* insert C(denied, [[Denied]], [[不予互认]], [[The doctor repeats the examination, for a stated reason explained to the patient.]])
* insert C(recognized-revoked, [[Recognition revoked]], [[已撤销互认]], [[A recognition was withdrawn.]])
* insert C(denied-revoked, [[Denial revoked]], [[已撤销不互认]], [[A denial was withdrawn.]])
* insert C(ineligible, [[Ineligible]], [[不符合互认条件]], [[The rules exclude the earlier result.]])

ValueSet: RecognitionDecisionStateVS
Id: recognition-decision-state
Title: "Recognition decision state (互认决定状态)"
Description: "All states of a recognition decision."
* insert Published
* include codes from system RecognitionDecisionState

ValueSet: RecognitionOutcomeVS
Id: recognition-outcome
Title: "Recognition outcome (互认结论)"
Description: "The two ways a doctor can decide."
* insert Published
* RecognitionDecisionState#recognized
* RecognitionDecisionState#denied

ValueSet: RecognitionDecisionStatusVS
Id: recognition-decision-status
Title: "Task statuses of a recognition decision (互认任务状态)"
Description: "The Task statuses that a recognition decision may have."
* insert Published
* $task-status#draft
* $task-status#requested
* $task-status#in-progress
* $task-status#completed
* $task-status#rejected
* $task-status#failed
* $task-status#cancelled

CodeSystem: RecheckReason
Id: recheck-reason
Title: "Reason for repeating an examination (复检原因)"
Description: "Why an examination is repeated although a result exists. Codes 1 to 6 stand for the six situations that the national rules on mutual recognition allow, in the order of those rules; 7 to 9 are local. The wording is this project's own."
* insert Codes
* insert C(1, [[Condition changed]], [[病情变化,原结果与临床表现或诊断不符]], [[The patient's condition changed, so that the result no longer fits the clinical picture or the diagnosis.]])
* insert C(2, [[Fast-changing result]], [[结果在病程中变化较快]], [[The value changes quickly in the course of this disease.]])
* insert C(3, [[Before a major intervention]], [[重大医疗措施前,项目意义重大]], [[The item decides on a major measure such as an operation or a transfusion.]])
* insert C(4, [[Emergency]], [[急诊或急救]], [[The patient is in an emergency.]])
* insert C(5, [[Forensic or disability assessment]], [[司法、伤残或病退鉴定]], [[The result is needed for a forensic, disability or retirement assessment.]])
* insert C(6, [[Other necessary situation]], [[其他确需复查的情形]], [[Another situation in which repeating is clearly needed; say which.]])
* insert C(7, [[Outdated]], [[结果已超过时效]], [[Local: the result is older than the locally agreed window.]])
* insert C(8, [[Patient request]], [[患者要求]], [[Local: the patient or the family asks for it.]])
* insert C(9, [[Other]], [[其他]], [[Local: any other reason; say which.]])

ValueSet: RecheckReasonVS
Id: recheck-reason
Title: "Reason for repeating an examination (复检原因)"
Description: "The national situations and the local reasons."
* insert Published
* include codes from system RecheckReason

ValueSet: RecheckReasonNationalVS
Id: recheck-reason-national
Title: "National reasons for repeating an examination (国家规定的复检情形)"
Description: "The six situations of the national rules only."
* insert Published
* RecheckReason#1
* RecheckReason#2
* RecheckReason#3
* RecheckReason#4
* RecheckReason#5
* RecheckReason#6

CodeSystem: RecognitionFinding
Id: recognition-finding
Title: "Recognition finding (互认判定结果)"
Description: "What the duplicate check found about one earlier result: that it is eligible, or each reason why not."
* insert Codes
* insert C(eligible, [[Eligible]], [[符合互认条件]], [[Every rule is met; the doctor decides.]])
* insert C(too-old, [[Too old]], [[超过时效]], [[Older than the window of the item in this setting.]])
* insert C(no-mark, [[No recognition mark]], [[无互认标识]], [[The result bears no mark.]])
* insert C(mark-out-of-scope, [[Mark does not reach here]], [[互认范围不含本机构]], [[The mark's scope or area does not include the asking institution.]])
* insert C(evidence-missing, [[Quality evidence missing]], [[缺少质控依据]], [[The mark's quality evidence cannot be found.]])
* insert C(evidence-expired, [[Quality evidence expired]], [[质控依据已过期]], [[The evidence was not valid when the specimen was taken.]])
* insert C(evidence-failed, [[Quality evidence not passed]], [[质控不合格]], [[The laboratory failed or did not take part.]])
* insert C(evidence-item-mismatch, [[Evidence is for another item]], [[质控依据与项目不符]], [[The evidence does not cover this item, or belongs to another laboratory.]])
* insert C(unit-not-comparable, [[Unit not comparable]], [[计量单位不可比]], [[The unit cannot be converted to the unit of the catalogue.]])
* insert C(specimen-not-comparable, [[Specimen not comparable]], [[标本不可比]], [[The result is of another specimen than the catalogue demands.]])
* insert C(method-not-comparable, [[Method not comparable]], [[检验方法不可比]], [[The result is of another class of methods than the catalogue demands, or does not say by which it was measured.]])
* insert C(identity-uncertain, [[Identity uncertain]], [[患者身份不确定]], [[The patient of the result is not surely the patient of the order.]])
* insert C(not-final, [[Not final]], [[报告未审核]], [[The result or its report is not final, amended or corrected.]])
* insert C(not-in-catalogue, [[Not in the catalogue]], [[不在互认目录]], [[The ordered item is not in the county's catalogue of recognisable items.]])
* insert C(item-mismatch, [[Different item]], [[项目不一致]], [[The result is of another item, or of another modality or part of the body.]])
* insert C(no-result, [[No earlier result]], [[无既往结果]], [[Nothing was found for the item.]])

ValueSet: RecognitionFindingVS
Id: recognition-finding
Title: "Recognition finding (互认判定结果)"
Description: "All findings of the duplicate check."
* insert Published
* include codes from system RecognitionFinding

CodeSystem: RecognitionRecommendation
Id: recognition-recommendation
Title: "Recognition recommendation (互认建议)"
Description: "What the duplicate check recommends for an ordered item."
* insert Codes
* insert C(recognise, [[Recognise the earlier result]], [[建议互认]], [[At least one eligible result exists.]])
* insert C(order, [[Order the examination]], [[建议检查]], [[No eligible result exists.]])

ValueSet: RecognitionRecommendationVS
Id: recognition-recommendation
Title: "Recognition recommendation (互认建议)"
Description: "All recommendations of the duplicate check."
* insert Published
* include codes from system RecognitionRecommendation

CodeSystem: QcProgramme
Id: qc-programme
Title: "Quality programme (质控项目)"
Description: "The programme that evaluated a laboratory."
* insert Codes
* insert C(national-eqa, [[National external quality assessment]], [[国家级室间质评]], [[Run by the national clinical laboratory centre.]])
* insert C(provincial-eqa, [[Provincial external quality assessment]], [[省级室间质评]], [[Run by a provincial clinical laboratory centre.]])
* insert C(city-eqa, [[City external quality assessment]], [[市级室间质评]], [[Run by a city quality centre.]])
* insert C(internal, [[Internal quality control]], [[室内质控]], [[The laboratory's or the community's own control.]])

ValueSet: QcProgrammeVS
Id: qc-programme
Title: "Quality programme (质控项目)"
Description: "All quality programmes."
* insert Published
* include codes from system QcProgramme

CodeSystem: QcResult
Id: qc-result
Title: "Quality result (质控结果)"
Description: "How a laboratory did in one cycle of a quality programme."
* insert Codes
* insert C(pass, [[Pass]], [[合格]], [[Passed.]])
* insert C(fail, [[Fail]], [[不合格]], [[Did not pass.]])
* insert C(not-participated, [[Did not take part]], [[未参加]], [[Did not take part in this cycle.]])

ValueSet: QcResultVS
Id: qc-result
Title: "Quality result (质控结果)"
Description: "All quality results."
* insert Published
* include codes from system QcResult

CodeSystem: CountyDecisionInput
Id: county-decision-input
Title: "Decision input (决定输入)"
Description: "What a decision is based on; Task.input.type."
* insert Codes
* insert C(item, [[Ordered item]], [[申请项目]], [[The item that was ordered or is about to be.]])

ValueSet: CountyDecisionInputVS
Id: county-decision-input
Title: "Decision input (决定输入)"
Description: "All inputs of a decision."
* insert Published
* include codes from system CountyDecisionInput

CodeSystem: CountyDecisionOutput
Id: county-decision-output
Title: "Decision output (决定输出)"
Description: "What a decision produced; Task.output.type."
* insert Codes
* insert C(outcome, [[Outcome]], [[结论]], [[What was decided.]])
* insert C(explanation, [[Explanation given to the patient]], [[向患者的说明]], [[Why the examination is repeated, as told to the patient or the family.]])
* insert C(rereading, [[Order to read again]], [[重新阅片申请]], [[The order to read recognised images again.]])
* insert C(explained-at, [[Time of the explanation]], [[告知时间]], [[When the patient or the family was told.]])

ValueSet: CountyDecisionOutputVS
Id: county-decision-output
Title: "Decision output (决定输出)"
Description: "All outputs of a decision."
* insert Published
* include codes from system CountyDecisionOutput

ValueSet: RecognitionItemVS
Id: recognition-item
Title: "Recognisable item (互认项目)"
Description: "The county's catalogue of recognisable laboratory items."
* insert Experimental
* include codes from system https://xiantong.example/fhir/CodeSystem/recognition-item

// ---- Shared diagnostic centres.

CodeSystem: SharedDiagnosisState
Id: shared-diagnosis-state
Title: "State of a shared diagnosis (集中诊断状态)"
Description: "Where an examination for a shared centre, or its diagnosis, stands; carried in Task.businessStatus. The states up to uploaded are those of the examining institution, the others those of the centre."
* insert States
* insert State(requested, [[Requested]], [[已申请]], [[Asked for.]], requested)
* insert State(registered, [[Registered]], [[已登记]], [[The resident is registered, the specimen is taken or the examination has a number.]], accepted)
* insert State(examining, [[Examining]], [[检查中]], [[Images or a recording are being made.]], in-progress)
* insert State(uploaded, [[Uploaded or sent]], [[已上传或送出]], [[Images or the recording are at the centre, or the specimen is on its way.]], completed)
* insert State(delivered, [[Delivered]], [[已送达]], [[The centre has what it is to read.]], received)
* insert State(unsatisfactory, [[Unsatisfactory]], [[不合格]], [[The centre cannot read it: to be taken again.]], rejected)
* insert State(interpreting, [[Interpreting]], [[诊断中]], [[A doctor of the centre reads it.]], in-progress)
* insert State(published, [[Published]], [[审核发布]], [[A second doctor has verified the report.]], completed)
* insert State(amended, [[Amended]], [[已更正]], [[A published report was corrected.]], completed)
* insert State(cancelled, [[Cancelled]], [[已取消]], [[Cancelled before the report was published.]], cancelled)

ValueSet: ExaminationStateVS
Id: examination-state
Title: "State of an examination for a shared centre (检查环节状态)"
Description: "States at the examining institution."
* insert Published
* SharedDiagnosisState#requested
* SharedDiagnosisState#registered
* SharedDiagnosisState#examining
* SharedDiagnosisState#uploaded
* SharedDiagnosisState#cancelled

ValueSet: DiagnosisStateVS
Id: diagnosis-state
Title: "State of a diagnosis by a shared centre (诊断环节状态)"
Description: "States at the centre."
* insert Published
* SharedDiagnosisState#requested
* SharedDiagnosisState#delivered
* SharedDiagnosisState#unsatisfactory
* SharedDiagnosisState#interpreting
* SharedDiagnosisState#published
* SharedDiagnosisState#amended
* SharedDiagnosisState#cancelled

CodeSystem: ExaminationRejectionReason
Id: examination-rejection-reason
Title: "Reason for rejecting a specimen or an image (不合格原因)"
Description: "Why the centre cannot use what it got."
* insert Codes
* insert C(haemolysed, [[Haemolysed]], [[溶血]], [[The specimen is haemolysed.]])
* insert C(insufficient, [[Insufficient]], [[量不足]], [[There is too little of it.]])
* insert C(artefact, [[Artefact]], [[伪影]], [[Artefacts hide what matters.]])
* insert C(mismatch, [[Particulars do not agree]], [[信息不符]], [[The label, the order and the resident do not agree.]])
* insert C(other, [[Other]], [[其他]], [[Another reason; say which.]])

ValueSet: ExaminationRejectionReasonVS
Id: examination-rejection-reason
Title: "Reason for rejecting a specimen or an image (不合格原因)"
Description: "All reasons."
* insert Published
* include codes from system ExaminationRejectionReason

CodeSystem: SharedDiagnosisOutput
Id: shared-diagnosis-output
Title: "Output of a shared diagnosis (集中诊断输出)"
Description: "What the examining institution or the centre produced; Task.output.type."
* insert Codes
* insert C(specimen, [[Specimen]], [[标本]], [[The specimen.]])
* insert C(images, [[Images]], [[影像]], [[The imaging study.]])
* insert C(recording, [[Recording]], [[心电记录]], [[The recording.]])
* insert C(report, [[Report]], [[报告]], [[The report of the centre.]])

ValueSet: SharedDiagnosisOutputVS
Id: shared-diagnosis-output
Title: "Output of a shared diagnosis (集中诊断输出)"
Description: "All outputs."
* insert Published
* include codes from system SharedDiagnosisOutput

CodeSystem: CriticalValueState
Id: critical-value-state
Title: "State of a critical value (危急值处理状态)"
Description: "Where the handling of a critical value stands; carried in Task.businessStatus."
* insert States
* insert State(notified, [[Notified]], [[已通知]], [[The orderer was told and has not acknowledged it.]], requested)
* insert State(acknowledged, [[Acknowledged]], [[已确认]], [[Who received it acknowledged it.]], completed)
* insert State(escalated, [[Escalated]], [[已升级]], [[Nobody acknowledged it in time; somebody else was told.]], failed)
* insert State(withdrawn, [[Withdrawn]], [[已撤回]], [[The value was wrong.]], cancelled)

ValueSet: CriticalValueStateVS
Id: critical-value-state
Title: "State of a critical value (危急值处理状态)"
Description: "All states of a critical value."
* insert Published
* include codes from system CriticalValueState

CodeSystem: CriticalValueOutput
Id: critical-value-output
Title: "Output of a critical value (危急值处理输出)"
Description: "Who acknowledged a critical value, when, and what was done; Task.output.type."
* insert Codes
* insert C(acknowledged-by, [[Acknowledged by]], [[接收人]], [[Who acknowledged it.]])
* insert C(acknowledged-at, [[Acknowledged at]], [[接收时间]], [[When.]])
* insert C(action, [[Action]], [[处理措施]], [[What was done.]])

ValueSet: CriticalValueOutputVS
Id: critical-value-output
Title: "Output of a critical value (危急值处理输出)"
Description: "All outputs."
* insert Published
* include codes from system CriticalValueOutput

CodeSystem: CountyDetectedIssue
Id: county-detected-issue
Title: "Issue of an order (申请问题类型)"
Description: "What is questionable about an order; DetectedIssue.code."
* insert Codes
* insert C(duplicate-order, [[Duplicate order]], [[重复检查检验]], [[A valid result for the item exists and no decision about it.]])

ValueSet: CountyDetectedIssueVS
Id: county-detected-issue
Title: "Issue of an order (申请问题类型)"
Description: "All issues of an order."
* insert Published
* include codes from system CountyDetectedIssue

CodeSystem: SharedDiagnosisEvent
Id: shared-diagnosis-event
Title: "Step of a shared diagnosis (集中诊断环节)"
Description: "What is done to a Task of a shared diagnosis. The first four are those of an examination, the others those of a diagnosis; cancel is of both."
* insert Codes
* insert C(register, [[Register]], [[登记采集]], [[The resident is registered, the specimen is taken or the examination has a number.]])
* insert C(examine, [[Examine]], [[开始检查]], [[Images or a recording are being made.]])
* insert C(upload, [[Upload or send]], [[上传或送出]], [[Images or the recording are uploaded, or the specimen is on its way.]])
* insert C(cancel, [[Cancel]], [[取消]], [[Ended before a report was published; with a reason.]])
* insert C(receive, [[Receive]], [[接收]], [[The centre has what it is to read.]])
* insert C(reject, [[Reject]], [[退回]], [[The centre cannot use it: to be taken again; with a reason.]])
* insert C(interpret, [[Interpret]], [[开始诊断]], [[A doctor of the centre reads it.]])
* insert C(publish, [[Publish]], [[审核发布]], [[A second person has verified the report.]])

ValueSet: SharedDiagnosisEventVS
Id: shared-diagnosis-event
Title: "Step of a shared diagnosis (集中诊断环节)"
Description: "All steps."
* insert Published
* include codes from system SharedDiagnosisEvent
