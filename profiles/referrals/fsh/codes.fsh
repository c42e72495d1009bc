// ---- Code systems of referrals, each with the value set of all its codes.

CodeSystem: ReferralDirection
Id: referral-direction
Title: "Referral direction (转诊方向)"
Description: "Where a referral leads, seen from the referring institution."
* insert Codes
* insert C(up, [[Up]], [[上转]], [[To an institution of a higher level.]])
* insert C(down, [[Down]], [[下转]], [[To an institution nearer to the resident's home, for recovery or long-term care.]])
* insert C(lateral, [[Lateral]], [[平转]], [[To an institution of the same level.]])

ValueSet: ReferralDirectionVS
Id: referral-direction
Title: "Referral direction (转诊方向)"
Description: "All referral directions."
* insert Published
* include codes from system ReferralDirection

CodeSystem: ReferralCategory
Id: referral-category
Title: "Referral category (转诊类别)"
Description: "What the receiving institution is asked for."
* insert Codes
* insert C(outpatient, [[Outpatient care]], [[门诊]], [[A visit at an outpatient clinic.]])
* insert C(inpatient, [[Inpatient care]], [[住院]], [[Admission to a ward.]])
* insert C(exam, [[Examination]], [[检查检验]], [[An examination that the referring institution cannot make.]])
* insert C(rehab, [[Rehabilitation]], [[康复]], [[Rehabilitation after treatment.]])
* insert C(consult, [[Consultation]], [[会诊]], [[An opinion; the resident stays where he or she is.]])
* insert C(emergency, [[Emergency care]], [[急诊急救]], [[Emergency care.]])

ValueSet: ReferralCategoryVS
Id: referral-category
Title: "Referral category (转诊类别)"
Description: "All referral categories."
* insert Published
* include codes from system ReferralCategory

CodeSystem: ReferralReason
Id: referral-reason
Title: "Referral reason (转诊原因)"
Description: "Why a resident is referred. The codes uncontrolled-twice to critical-condition are the five situations in which the national public-health norms for hypertension and diabetes demand a referral."
* insert Codes
* insert C(diagnosis-unclear, [[Diagnosis unclear]], [[诊断困难]], [[The diagnosis cannot be made here.]])
* insert C(beyond-capability, [[Treatment beyond capability]], [[治疗能力不足]], [[The treatment cannot be given here.]])
* insert C(specialist-care, [[Specialist care or operation]], [[需专科或手术]], [[A specialist or an operation is needed.]])
* insert C(stable, [[Stable, for care nearer home]], [[病情稳定下转]], [[The condition is stable; care nearer home suffices.]])
* insert C(recovery, [[Recovery]], [[康复期]], [[The resident is recovering.]])
* insert C(long-term-care, [[Long-term care]], [[长期慢病管理]], [[A chronic disease is to be followed up.]])
* insert C(uncontrolled-twice, [[Uncontrolled twice in a row]], [[连续两次控制不满意]], [[Blood pressure or fasting glucose was uncontrolled at two consecutive visits.]])
* insert C(adverse-reaction, [[Adverse reaction hard to control]], [[药物不良反应难以控制]], [[An adverse drug reaction is hard to control.]])
* insert C(new-complication, [[New complication]], [[出现新的并发症]], [[A complication appeared.]])
* insert C(complication-worse, [[Complication worse]], [[原有并发症加重]], [[A known complication became worse.]])
* insert C(critical-condition, [[Critical condition]], [[危急情况]], [[One of the critical situations that the norms list.]])
* insert C(emergency, [[Acute or critical illness]], [[急危重症]], [[An emergency outside of the norms' programmes.]])
* insert C(patient-request, [[Request of the patient]], [[患者要求]], [[The resident or the family asks for it.]])
* insert C(other, [[Other]], [[其他]], [[Another reason; say which.]])

ValueSet: ReferralReasonVS
Id: referral-reason
Title: "Referral reason (转诊原因)"
Description: "All referral reasons."
* insert Published
* include codes from system ReferralReason

CodeSystem: ReferralRejectionReason
Id: referral-rejection-reason
Title: "Reason for rejecting a referral (拒收原因)"
Description: "Why the receiving institution or the referral centre does not take a referral."
* insert Codes
* insert C(no-bed, [[No bed]], [[无床位]], [[No bed or appointment is free.]])
* insert C(beyond-capability, [[Beyond capability]], [[超出能力]], [[The receiving institution cannot give this care.]])
* insert C(incomplete, [[Record incomplete]], [[资料不全]], [[What is needed to decide is missing.]])
* insert C(not-indicated, [[Not indicated]], [[指征不符]], [[The resident needs no care of this kind or level.]])
* insert C(patient-declined, [[Declined by the patient]], [[患者拒绝]], [[The resident or the family does not want it.]])
* insert C(redirected, [[Redirected]], [[改派]], [[Another institution takes it, under a new task for the same request.]])
* insert C(other, [[Other]], [[其他]], [[Another reason; say which.]])

ValueSet: ReferralRejectionReasonVS
Id: referral-rejection-reason
Title: "Reason for rejecting a referral (拒收原因)"
Description: "All reasons for rejecting a referral."
* insert Published
* include codes from system ReferralRejectionReason

CodeSystem: ReferralEndReason
Id: referral-end-reason
Title: "Reason for ending a referral early (转诊终止原因)"
Description: "Why a referral was cancelled or failed."
* insert Codes
* insert C(withdrawn, [[Withdrawn by the referring doctor]], [[申请方撤回]], [[The referring doctor no longer asks for it.]])
* insert C(patient-declined, [[Declined by the patient]], [[患者放弃]], [[The resident or the family no longer wants it.]])
* insert C(condition-changed, [[Condition changed]], [[病情变化]], [[The condition no longer asks for it, or asks for another.]])
* insert C(no-show, [[Did not arrive]], [[未到诊]], [[The resident did not arrive in time.]])
* insert C(timed-out, [[Timed out]], [[超时未处理]], [[A step was not done before its deadline.]])
* insert C(died, [[Died]], [[死亡]], [[The resident died.]])
* insert C(consent-withdrawn, [[Consent withdrawn]], [[撤回知情同意]], [[The consent that the referral rests on was withdrawn.]])
* insert C(duplicate, [[Duplicate]], [[重复申请]], [[Another referral asks for the same.]])
* insert C(other, [[Other]], [[其他]], [[Another reason; say which.]])

ValueSet: ReferralEndReasonVS
Id: referral-end-reason
Title: "Reason for ending a referral early (转诊终止原因)"
Description: "All reasons for ending a referral early."
* insert Published
* include codes from system ReferralEndReason

ValueSet: ReferralStatusReasonVS
Id: referral-status-reason
Title: "Reason of a referral's status (转诊状态原因)"
Description: "Reasons for rejecting a referral and for ending it early."
* insert Published
* include codes from system ReferralRejectionReason
* include codes from system ReferralEndReason

CodeSystem: ReferralState
Id: referral-state
Title: "Referral state (转诊状态)"
Description: "Where a referral stands; carried in Task.businessStatus. A redirected referral is a rejected task and a new one for the same request."
* insert States
* insert State(draft, [[Draft]], [[草稿]], [[The first doctor is writing it.]], draft)
* insert State(awaiting-consent, [[Awaiting consent]], [[待知情同意]], [[The resident has not consented yet.]], draft)
* insert State(internal-review, [[Internal review]], [[院内审核中]], [[The referring institution's own department looks at it.]], requested)
* insert State(submitted, [[Submitted]], [[已提交转诊会诊中心]], [[Waits for the referral centre.]], requested)
* insert State(received, [[Received]], [[已接收]], [[The referral centre has it.]], received)
* insert State(accepted, [[Accepted]], [[已受理]], [[The receiving institution will take the resident; an appointment or a bed is held.]], accepted)
* insert State(rejected, [[Rejected]], [[已拒收]], [[Not taken, for a stated reason.]], rejected)
* insert State(arrived, [[Arrived]], [[已到诊]], [[The resident has arrived or was admitted.]], in-progress)
* insert State(in-treatment, [[In treatment]], [[诊疗中]], [[The receiving institution treats the resident.]], in-progress)
* insert State(discharged, [[Discharged]], [[诊疗完成]], [[Treatment ended and the hand-over document is there.]], in-progress)
* insert State(down-referred, [[Referred down]], [[已发起下转]], [[A down-referral for the same illness was made.]], in-progress)
* insert State(taken-over, [[Taken over]], [[基层已接收]], [[The community team has read the hand-over document and acknowledged the medication plan.]], in-progress)
* insert State(following-up, [[Following up]], [[随访中]], [[The community team follows up.]], in-progress)
* insert State(closed, [[Closed]], [[已结案]], [[The outcome is recorded.]], completed)
* insert State(no-show, [[Did not arrive]], [[未到诊]], [[The resident did not arrive in time.]], failed)
* insert State(timed-out, [[Timed out]], [[转诊超时]], [[A step was not done before its deadline.]], failed)
* insert State(cancelled, [[Cancelled]], [[已取消]], [[Withdrawn before the resident arrived.]], cancelled)

ValueSet: ReferralStateVS
Id: referral-state
Title: "Referral state (转诊状态)"
Description: "All states of a referral."
* insert Published
* include codes from system ReferralState

CodeSystem: ReferralInput
Id: referral-input
Title: "Referral input (转诊输入)"
Description: "What a referral task is given; Task.input.type."
* insert Codes
* insert C(record, [[Part of the record]], [[病历资料]], [[A result, a prescription or a document that the receiver may read while the referral is under way.]])

ValueSet: ReferralInputVS
Id: referral-input
Title: "Referral input (转诊输入)"
Description: "All inputs of a referral task."
* insert Published
* include codes from system ReferralInput

CodeSystem: ReferralOutput
Id: referral-output
Title: "Referral output (转诊输出)"
Description: "What came of a referral; Task.output.type."
* insert Codes
* insert C(appointment, [[Appointment]], [[预约]], [[The appointment or the bed that was booked.]])
* insert C(encounter, [[Encounter]], [[就诊]], [[The visit or the stay at the receiving institution.]])
* insert C(handover, [[Hand-over document]], [[交接文书]], [[The hand-over document.]])
* insert C(opinion, [[Opinion]], [[会诊意见]], [[The opinion of a consultation.]])
* insert C(down-referral, [[Down-referral]], [[下转单]], [[The down-referral that continues this referral.]])
* insert C(no-down-referral, [[Why no down-referral]], [[不下转原因]], [[Why the resident is not referred down.]])
* insert C(follow-up, [[Follow-up task]], [[随访任务]], [[The follow-up task of the responsible team.]])
* insert C(acknowledged, [[Hand-over acknowledged]], [[交接确认时间]], [[When the receiving team acknowledged the hand-over document and the medication plan.]])
* insert C(outcome, [[Outcome]], [[治疗结果]], [[How the resident is at the end.]])
* insert C(redirected-to, [[Redirected to]], [[改派后的任务]], [[The task under which another institution has the same request.]])

ValueSet: ReferralOutputVS
Id: referral-output
Title: "Referral output (转诊输出)"
Description: "All outputs of a referral task."
* insert Published
* include codes from system ReferralOutput

CodeSystem: ReferralOutcome
Id: referral-outcome
Title: "Referral outcome (治疗结果)"
Description: "How the resident is at the end of a referral. Modelled on the usual list of treatment results, not confirmed against a published table: draft."
* insert Codes
* insert Experimental
* insert C(cured, [[Cured]], [[治愈]], [[Cured.]])
* insert C(improved, [[Improved]], [[好转]], [[Better than before.]])
* insert C(stable, [[Stable]], [[稳定]], [[As before.]])
* insert C(worse, [[Worse]], [[恶化]], [[Worse than before.]])
* insert C(died, [[Died]], [[死亡]], [[Died.]])
* insert C(other, [[Other]], [[其他]], [[Another outcome; say which.]])

ValueSet: ReferralOutcomeVS
Id: referral-outcome
Title: "Referral outcome (治疗结果)"
Description: "All outcomes of a referral."
* insert Experimental
* include codes from system ReferralOutcome

CodeSystem: CountyOrderCode
Id: county-order-code
Title: "County request (县域申请类型)"
Description: "What a request between institutions of the county asks for, where it is no examination."
* insert Codes
* insert C(referral, [[Referral]], [[转诊]], [[Another institution takes over the care of the resident.]])
* insert C(consultation, [[Consultation]], [[会诊]], [[Another institution gives its opinion.]])

ValueSet: CountyOrderCodeVS
Id: county-order-code
Title: "County request (县域申请类型)"
Description: "Referral and consultation."
* insert Published
* include codes from system CountyOrderCode

CodeSystem: IdentityCheck
Id: identity-check
Title: "Check of identity (身份验证方式)"
Description: "How the identity of the resident was verified. No published table is known: draft."
* insert Codes
* insert Experimental
* insert C(card-read, [[Card read]], [[读卡]], [[An identity card, a health card or a social security card was read.]])
* insert C(code-scanned, [[Code scanned]], [[扫码]], [[An electronic health card was scanned.]])
* insert C(document-seen, [[Document seen]], [[查验证件]], [[A document was looked at.]])
* insert C(known, [[Known personally]], [[医务人员确认]], [[The doctor knows the resident.]])
* insert C(unverified, [[Not verified]], [[未验证]], [[The identity could not be verified, for instance in an emergency.]])

ValueSet: IdentityCheckVS
Id: identity-check
Title: "Check of identity (身份验证方式)"
Description: "All ways of verifying an identity."
* insert Experimental
* include codes from system IdentityCheck

CodeSystem: CapacityKind
Id: capacity-kind
Title: "Kind of capacity (资源类别)"
Description: "What a slot stands for; Slot.serviceCategory and Schedule.serviceCategory."
* insert Codes
* insert C(clinic, [[Clinic appointment]], [[号源]], [[A visit at a clinic.]])
* insert C(bed, [[Bed]], [[床位]], [[A bed of a ward.]])
* insert C(exam, [[Examination]], [[检查预约]], [[An examination.]])
* insert C(remote, [[Remote consultation]], [[远程会诊]], [[A consultation by video.]])

ValueSet: CapacityKindVS
Id: capacity-kind
Title: "Kind of capacity (资源类别)"
Description: "All kinds of capacity."
* insert Published
* include codes from system CapacityKind

CodeSystem: SlotReservation
Id: slot-reservation
Title: "Reservation of a slot (预留类型)"
Description: "For whom a slot is kept; Slot.appointmentType."
* insert Codes
* insert C(family-doctor, [[Kept for family doctors]], [[家庭医生预留]], [[Only family-doctor teams may book it until the reservation ends.]])
* insert C(referral, [[Kept for referrals]], [[转诊预留]], [[Only the referral centre may book it until the reservation ends.]])

ValueSet: SlotReservationVS
Id: slot-reservation
Title: "Reservation of a slot (预留类型)"
Description: "All reservations."
* insert Published
* include codes from system SlotReservation

CodeSystem: CountyConsent
Id: county-consent
Title: "County consent (知情同意类型)"
Description: "What a resident of the county consented to; Consent.category."
* insert Codes
* insert C(referral, [[Referral]], [[转诊知情同意]], [[To be referred, and that the receiver reads the record from acceptance to closing.]])

ValueSet: CountyConsentVS
Id: county-consent
Title: "County consent (知情同意类型)"
Description: "All kinds of consent."
* insert Published
* include codes from system CountyConsent

CodeSystem: CountyDocument
Id: county-document
Title: "County document (县域文书类型)"
Description: "Documents that pass between the institutions of the county; Composition.type."
* insert Codes
* insert C(handover, [[Hand-over document]], [[转诊交接文书]], [[What the next institution needs to know to continue the treatment.]])
* insert C(consultation-opinion, [[Opinion of a consultation]], [[会诊意见书]], [[What the consulted doctors think and recommend.]])

ValueSet: CountyDocumentVS
Id: county-document
Title: "County document (县域文书类型)"
Description: "All documents."
* insert Published
* include codes from system CountyDocument

CodeSystem: CountyDocumentSection
Id: county-document-section
Title: "Section of a county document (县域文书章节)"
Description: "What a section of a hand-over document or an opinion is about; Composition.section.code."
* insert Codes
* insert C(diagnosis, [[Discharge diagnosis]], [[出院诊断]], [[What was found.]])
* insert C(course, [[Course of treatment]], [[治疗经过]], [[What was done.]])
* insert C(results, [[Main results]], [[主要检查检验结果]], [[Results that matter for what follows.]])
* insert C(medicines, [[Medicines and their plan]], [[用药及用药计划]], [[Which medicines are taken on, how, and until when.]])
* insert C(next-steps, [[Next steps]], [[下一步治疗方案]], [[What is to be done.]])
* insert C(red-flags, [[Red flags]], [[预警指标]], [[When the resident is to come back at once: signs and thresholds.]])
* insert C(follow-up, [[Follow-up]], [[随访安排]], [[Who follows up, and how often.]])
* insert C(rehabilitation, [[Rehabilitation]], [[康复指导]], [[Advice for recovery.]])
* insert C(question, [[Question]], [[会诊目的]], [[What was asked.]])
* insert C(findings, [[Findings]], [[会诊所见]], [[What the consulted doctors saw.]])
* insert C(opinion, [[Opinion]], [[会诊意见]], [[What they think.]])
* insert C(recommendations, [[Recommendations]], [[处理建议]], [[What they recommend.]])

ValueSet: CountyDocumentSectionVS
Id: county-document-section
Title: "Section of a county document (县域文书章节)"
Description: "All sections."
* insert Published
* include codes from system CountyDocumentSection

ValueSet: ReferralIntentVS
Id: referral-intent
Title: "Intent of a referral (转诊申请意图)"
Description: "Orders proper: no proposals, plans or options."
* insert Published
* http://hl7.org/fhir/request-intent#order
* http://hl7.org/fhir/request-intent#original-order
* http://hl7.org/fhir/request-intent#filler-order

ValueSet: FollowUpUnitVS
Id: follow-up-unit
Title: "Unit of a follow-up interval (随访间隔单位)"
Description: "Days, weeks, months and years, as UCUM writes them."
* insert Published
* http://unitsofmeasure.org#d "day"
* http://unitsofmeasure.org#wk "week"
* http://unitsofmeasure.org#mo "month"
* http://unitsofmeasure.org#a "year"

CodeSystem: ReferralStep
Id: referral-step
Title: "Step with a deadline (转诊限时环节)"
Description: "What of a referral has a deadline and is no state of it; see PlanDefinition referral-deadlines."
* insert Codes
* insert C(give-up, [[Give up after it is overdue]], [[逾期终止]], [[How long after the deadline of a state before the arrival the referral fails.]])
* insert C(hold, [[Hold of a slot]], [[号源暂留]], [[How long an appointment that is pending keeps its slot.]])
* insert C(no-show, [[Wait for the resident]], [[爽约宽限]], [[How long after the end of the appointment the resident may still arrive.]])
* insert C(emergency-record, [[Record of an emergency]], [[急诊补录]], [[How long after an emergency exemption consent and record are completed.]])
* insert C(follow-up, [[First follow-up]], [[首次随访]], [[When the first follow-up is due after the end of treatment, where the hand-over document does not say.]])

ValueSet: ReferralStepVS
Id: referral-step
Title: "Step with a deadline (转诊限时环节)"
Description: "All steps."
* insert Published
* include codes from system ReferralStep

CodeSystem: CountyInstitution
Id: county-institution
Title: "Institution of the community (医共体机构类型)"
Description: "What an institution is to the medical community, beside the national type; Organization.type."
* insert Codes
* insert C(referral-centre, [[Referral centre]], [[转诊会诊中心]], [[Receives the referrals of its community, gives them to those who take them, and sees to what is overdue.]])

ValueSet: CountyInstitutionVS
Id: county-institution
Title: "Institution of the community (医共体机构类型)"
Description: "All codes."
* insert Published
* include codes from system CountyInstitution
