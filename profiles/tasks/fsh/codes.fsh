CodeSystem: Programme
Id: public-health-programme
Title: "Public-health programme (公共卫生服务方案)"
Description: "The programmes of follow-up, examination and vaccination."
* insert Codes
* insert C(hypertension, [[Hypertension]], [[高血压患者健康管理]], [[Hypertension.]])
* insert C(diabetes, [[Type 2 diabetes]], [[2型糖尿病患者健康管理]], [[Type 2 diabetes.]])
* insert C(older-person, [[Older person of 65 and more]], [[老年人健康管理]], [[Older person of 65 and more.]])
* insert C(child, [[Child of 0 to 6 years]], [[0~6岁儿童健康管理]], [[Child of 0 to 6 years.]])
* insert C(maternal, [[Pregnant or newly delivered woman]], [[孕产妇健康管理]], [[Pregnant or newly delivered woman.]])
* insert C(mental-disorder, [[Severe mental disorder]], [[严重精神障碍患者管理]], [[Severe mental disorder.]])
* insert C(tuberculosis, [[Pulmonary tuberculosis]], [[肺结核患者健康管理]], [[Pulmonary tuberculosis.]])
* insert C(immunisation, [[Immunisation]], [[预防接种]], [[Immunisation.]])
* insert C(copd, [[Chronic obstructive pulmonary disease]], [[慢阻肺患者健康服务]], [[Chronic obstructive pulmonary disease.]])

ValueSet: ProgrammeVS
Id: public-health-programme
Title: "Public-health programme (公共卫生服务方案)"
Description: "All codes of the system."
* insert Published
* include codes from system Programme

ValueSet: ChronicProgrammeVS
Id: chronic-programme
Title: "Programme whose visits are classified (随访需分类的方案)"
Description: "Programmes in which a visit ends with a class that decides when the next is due."
* insert Published
* Programme#hypertension
* Programme#diabetes
* Programme#mental-disorder

CodeSystem: ServiceCategory
Id: ph-service-category
Title: "Public-health service category (基本公共卫生服务类别)"
Description: "The twelve items of the national basic public-health services, third edition of 2017; the order is not confirmed against the published text: draft."
* insert Codes
* insert Experimental
* insert C(1, [[Health record management]], [[居民健康档案管理]], [[Health record management.]])
* insert C(2, [[Health education]], [[健康教育]], [[Health education.]])
* insert C(3, [[Vaccination]], [[预防接种]], [[Vaccination.]])
* insert C(4, [[Child of 0 to 6 years]], [[0~6岁儿童健康管理]], [[Child of 0 to 6 years.]])
* insert C(5, [[Maternal health]], [[孕产妇健康管理]], [[Maternal health.]])
* insert C(6, [[Older person]], [[老年人健康管理]], [[Older person.]])
* insert C(7, [[Chronic disease]], [[慢性病患者健康管理]], [[Chronic disease.]])
* insert C(8, [[Severe mental disorder]], [[严重精神障碍患者管理]], [[Severe mental disorder.]])
* insert C(9, [[Pulmonary tuberculosis]], [[肺结核患者健康管理]], [[Pulmonary tuberculosis.]])
* insert C(10, [[Chinese medicine]], [[中医药健康管理]], [[Chinese medicine.]])
* insert C(11, [[Infectious disease and emergencies]], [[传染病及突发公共卫生事件报告和处理]], [[Infectious disease and emergencies.]])
* insert C(12, [[Health supervision]], [[卫生监督协管]], [[Health supervision.]])

ValueSet: ServiceCategoryVS
Id: ph-service-category
Title: "Public-health service category (基本公共卫生服务类别)"
Description: "All codes of the system."
* insert Experimental
* include codes from system ServiceCategory

CodeSystem: PublicHealthTaskCode
Id: public-health-task
Title: "Public-health task (公共卫生任务类型)"
Description: "What a public-health task asks for."
* insert Codes
* insert C(follow-up, [[Follow-up visit]], [[随访]], [[Follow-up visit.]])
* insert C(recheck, [[Early re-check]], [[两周内复查随访]], [[Early re-check.]])
* insert C(referral-follow-up, [[Follow-up of a referral]], [[转诊后随访]], [[Follow-up of a referral.]])
* insert C(referral, [[Referral]], [[转诊]], [[Referral.]])
* insert C(emergency-referral, [[Emergency referral]], [[紧急转诊]], [[Emergency referral.]])
* insert C(screening, [[Screening]], [[筛查]], [[Screening.]])
* insert C(suspect-follow-up, [[Follow-up of a suspect who was referred]], [[可疑者转诊后随访]], [[Whether whoever was referred as a suspect has the disease.]])
* insert C(examination, [[Health examination]], [[健康体检]], [[Health examination.]])
* insert C(home-visit, [[Home visit]], [[入户访视]], [[Home visit.]])
* insert C(assessment, [[Assessment]], [[评估]], [[Assessment.]])
* insert C(guidance, [[Guidance]], [[健康指导]], [[Guidance.]])
* insert C(vaccination, [[Vaccination]], [[接种]], [[Vaccination.]])
* insert C(medication-supervision, [[Supervised treatment]], [[督导服药]], [[Supervised treatment.]])
* insert C(enrolment, [[Enrolment]], [[建档纳管]], [[Enrolment.]])
* insert C(out-of-range, [[Measurement out of range]], [[异常测量值处置]], [[Measurement out of range.]])
* insert C(notifiable-report, [[Report of a notifiable disease]], [[传染病报告]], [[Report of a notifiable disease.]])

ValueSet: PublicHealthTaskCodeVS
Id: public-health-task
Title: "Public-health task (公共卫生任务类型)"
Description: "All codes of the system."
* insert Published
* include codes from system PublicHealthTaskCode

ValueSet: FollowUpTaskVS
Id: follow-up-task
Title: "Follow-up tasks (随访类任务)"
Description: "Tasks that are done by a follow-up visit."
* insert Published
* PublicHealthTaskCode#follow-up
* PublicHealthTaskCode#recheck
* PublicHealthTaskCode#referral-follow-up

CodeSystem: TaskState
Id: public-health-task-state
Title: "State of a public-health task (公共卫生任务状态)"
Description: "The state as the county's people name it; Task.businessStatus. Overdue is no state: it is a task that is still to do after the end of its window."
* insert Codes
* insert C(due, [[To do]], [[应访]], [[Waiting to be done within its window.]])
* insert C(dispatched, [[Dispatched]], [[已派单]], [[Given to a team or a person.]])
* insert C(in-progress, [[In progress]], [[执行中]], [[The visit has begun.]])
* insert C(done, [[Done]], [[已访]], [[Done, with its results.]])
* insert C(lost, [[Not reached]], [[失访]], [[Not done, for a stated reason.]])
* insert C(on-hold, [[On hold]], [[暂缓]], [[Put off; to be taken up again.]])
* insert C(ended, [[Management ended]], [[终止管理]], [[Will not be done: the resident left the programme.]])

ValueSet: TaskStateVS
Id: public-health-task-state
Title: "State of a public-health task (公共卫生任务状态)"
Description: "All codes of the system."
* insert Published
* include codes from system TaskState

CodeSystem: TaskOrigin
Id: public-health-task-origin
Title: "Origin of a public-health task (任务来源)"
Description: "Why a task was made."
* insert Codes
* insert C(programme, [[Programme]], [[服务方案]], [[Programme.]])
* insert C(package, [[Contracted package]], [[签约服务包]], [[Contracted package.]])
* insert C(referral, [[Referral]], [[转诊]], [[Referral.]])
* insert C(warning, [[Warning]], [[预警]], [[Warning.]])
* insert C(manual, [[By hand]], [[手工]], [[By hand.]])

ValueSet: TaskOriginVS
Id: public-health-task-origin
Title: "Origin of a public-health task (任务来源)"
Description: "All codes of the system."
* insert Published
* include codes from system TaskOrigin

CodeSystem: NotVisitedReason
Id: not-visited-reason
Title: "Reason for a visit that was not made (未访原因)"
Description: "Why a visit could not be made."
* insert Codes
* insert C(1, [[Death]], [[死亡]], [[Death.]])
* insert C(2, [[Moved away]], [[迁出]], [[Moved away.]])
* insert C(3, [[Lost]], [[失访]], [[Lost.]])
* insert C(4, [[Refused]], [[拒绝]], [[Refused.]])

ValueSet: NotVisitedReasonVS
Id: not-visited-reason
Title: "Reason for a visit that was not made (未访原因)"
Description: "All codes of the system."
* insert Published
* include codes from system NotVisitedReason

CodeSystem: ManagementOutcome
Id: management-outcome
Title: "Outcome of management (管理转归)"
Description: "Whether management goes on after a visit that was not made."
* insert Codes
* insert C(1, [[Continue]], [[继续随访]], [[Continue.]])
* insert C(2, [[Lost for now]], [[暂时失访]], [[Lost for now.]])
* insert C(9, [[End of management]], [[终止管理]], [[End of management.]])

ValueSet: ManagementOutcomeVS
Id: management-outcome
Title: "Outcome of management (管理转归)"
Description: "All codes of the system."
* insert Published
* include codes from system ManagementOutcome

CodeSystem: EnrolmentEndReason
Id: enrolment-end-reason
Title: "Reason for the end of an enrolment (结案原因)"
Description: "Why an enrolment in a programme ended."
* insert Codes
* insert C(death, [[Death]], [[死亡]], [[Death.]])
* insert C(moved, [[Moved away]], [[迁出]], [[Moved away.]])
* insert C(cured, [[Cured]], [[治愈]], [[Cured.]])
* insert C(completed, [[Programme completed]], [[服务期满]], [[Programme completed.]])
* insert C(refused, [[Refused]], [[拒绝]], [[Refused.]])
* insert C(lost, [[Lost]], [[失访]], [[Lost.]])
* insert C(other, [[Other]], [[其他]], [[Another reason; say which.]])

ValueSet: EnrolmentEndReasonVS
Id: enrolment-end-reason
Title: "Reason for the end of an enrolment (结案原因)"
Description: "All codes of the system."
* insert Published
* include codes from system EnrolmentEndReason

CodeSystem: FollowUpMethod
Id: follow-up-method
Title: "Way of a visit (随访方式)"
Description: "As on the national forms; not confirmed against the national code table: draft."
* insert Codes
* insert Experimental
* insert C(1, [[At the clinic]], [[门诊]], [[At the clinic.]])
* insert C(2, [[At home]], [[家庭]], [[At home.]])
* insert C(3, [[By telephone]], [[电话]], [[By telephone.]])

ValueSet: FollowUpMethodVS
Id: follow-up-method
Title: "Way of a visit (随访方式)"
Description: "All codes of the system."
* insert Experimental
* include codes from system FollowUpMethod

CodeSystem: FollowUpClass
Id: follow-up-class
Title: "Class of a follow-up visit (随访分类)"
Description: "How hypertension or diabetes stands at a visit; it decides what is done and when the next visit is due."
* insert Codes
* insert C(1, [[Controlled]], [[控制满意]], [[Controlled.]])
* insert C(2, [[Not controlled]], [[控制不满意]], [[Not controlled.]])
* insert C(3, [[Adverse reaction]], [[不良反应]], [[Adverse reaction.]])
* insert C(4, [[Complication]], [[并发症]], [[Complication.]])

ValueSet: FollowUpClassVS
Id: follow-up-class
Title: "Class of a follow-up visit (随访分类)"
Description: "All codes of the system."
* insert Published
* include codes from system FollowUpClass

CodeSystem: ReferralTrigger
Id: follow-up-referral-reason
Title: "Reason for referring at a visit (随访转诊原因)"
Description: "The situations in which the norms demand a referral."
* insert Codes
* insert C(1, [[Twice in a row not controlled]], [[连续两次控制不满意]], [[Twice in a row not controlled.]])
* insert C(2, [[Adverse reaction hard to control]], [[药物不良反应难以控制]], [[Adverse reaction hard to control.]])
* insert C(3, [[New complication]], [[出现新的并发症]], [[New complication.]])
* insert C(4, [[Complication became worse]], [[原有并发症加重]], [[Complication became worse.]])
* insert C(5, [[Emergency]], [[危急情况]], [[Emergency.]])

ValueSet: ReferralTriggerVS
Id: follow-up-referral-reason
Title: "Reason for referring at a visit (随访转诊原因)"
Description: "All codes of the system."
* insert Published
* include codes from system ReferralTrigger

CodeSystem: HypertensionSymptom
Id: hypertension-symptom
Title: "Symptom at a hypertension visit (高血压随访症状)"
Description: "As on the national form."
* insert Codes
* insert C(1, [[None]], [[无症状]], [[None.]])
* insert C(2, [[Headache or dizziness]], [[头痛头晕]], [[Headache or dizziness.]])
* insert C(3, [[Nausea or vomiting]], [[恶心呕吐]], [[Nausea or vomiting.]])
* insert C(4, [[Blurred vision or tinnitus]], [[眼花耳鸣]], [[Blurred vision or tinnitus.]])
* insert C(5, [[Dyspnoea]], [[呼吸困难]], [[Dyspnoea.]])
* insert C(6, [[Palpitations or chest tightness]], [[心悸胸闷]], [[Palpitations or chest tightness.]])
* insert C(7, [[Nosebleed that does not stop]], [[鼻衄出血不止]], [[Nosebleed that does not stop.]])
* insert C(8, [[Numb limbs]], [[四肢发麻]], [[Numb limbs.]])
* insert C(9, [[Oedema of the legs]], [[下肢水肿]], [[Oedema of the legs.]])
* insert C(10, [[Other]], [[其他]], [[Other.]])

ValueSet: HypertensionSymptomVS
Id: hypertension-symptom
Title: "Symptom at a hypertension visit (高血压随访症状)"
Description: "All codes of the system."
* insert Published
* include codes from system HypertensionSymptom

CodeSystem: DiabetesSymptom
Id: diabetes-symptom
Title: "Symptom at a diabetes visit (糖尿病随访症状)"
Description: "As on the national form."
* insert Codes
* insert C(1, [[None]], [[无症状]], [[None.]])
* insert C(2, [[Polydipsia]], [[多饮]], [[Polydipsia.]])
* insert C(3, [[Polyphagia]], [[多食]], [[Polyphagia.]])
* insert C(4, [[Polyuria]], [[多尿]], [[Polyuria.]])
* insert C(5, [[Blurred vision]], [[视力模糊]], [[Blurred vision.]])
* insert C(6, [[Infection]], [[感染]], [[Infection.]])
* insert C(7, [[Numb hands or feet]], [[手脚麻木]], [[Numb hands or feet.]])
* insert C(8, [[Oedema of the legs]], [[下肢浮肿]], [[Oedema of the legs.]])
* insert C(9, [[Marked loss of weight]], [[体重明显下降]], [[Marked loss of weight.]])

ValueSet: DiabetesSymptomVS
Id: diabetes-symptom
Title: "Symptom at a diabetes visit (糖尿病随访症状)"
Description: "All codes of the system."
* insert Published
* include codes from system DiabetesSymptom

CodeSystem: SaltIntake
Id: salt-intake
Title: "Salt intake (摄盐情况)"
Description: "As on the national form."
* insert Codes
* insert C(1, [[Light]], [[轻]], [[Light.]])
* insert C(2, [[Medium]], [[中]], [[Medium.]])
* insert C(3, [[Heavy]], [[重]], [[Heavy.]])

ValueSet: SaltIntakeVS
Id: salt-intake
Title: "Salt intake (摄盐情况)"
Description: "All codes of the system."
* insert Published
* include codes from system SaltIntake

CodeSystem: GoodFairPoor
Id: good-fair-poor
Title: "Good, fair, poor (良好一般差)"
Description: "Answers about psychological adjustment and about following the doctor's advice."
* insert Codes
* insert C(1, [[Good]], [[良好]], [[Good.]])
* insert C(2, [[Fair]], [[一般]], [[Fair.]])
* insert C(3, [[Poor]], [[差]], [[Poor.]])

ValueSet: GoodFairPoorVS
Id: good-fair-poor
Title: "Good, fair, poor (良好一般差)"
Description: "All codes of the system."
* insert Published
* include codes from system GoodFairPoor

CodeSystem: MedicationAdherence
Id: medication-adherence
Title: "Adherence to medication (服药依从性)"
Description: "As on the national form."
* insert Codes
* insert C(1, [[Regular]], [[规律]], [[Regular.]])
* insert C(2, [[Interrupted]], [[间断]], [[Interrupted.]])
* insert C(3, [[Takes none]], [[不服药]], [[Takes none.]])

ValueSet: MedicationAdherenceVS
Id: medication-adherence
Title: "Adherence to medication (服药依从性)"
Description: "All codes of the system."
* insert Published
* include codes from system MedicationAdherence

CodeSystem: AdverseReaction
Id: adverse-reaction
Title: "Adverse reaction to a medicine (药物不良反应)"
Description: "As on the national form."
* insert Codes
* insert C(1, [[No]], [[无]], [[No.]])
* insert C(2, [[Yes]], [[有]], [[Yes.]])

ValueSet: AdverseReactionVS
Id: adverse-reaction
Title: "Adverse reaction to a medicine (药物不良反应)"
Description: "All codes of the system."
* insert Published
* include codes from system AdverseReaction

CodeSystem: PedalPulse
Id: pedal-pulse
Title: "Pulse of the dorsal foot artery (足背动脉搏动)"
Description: "As on the national form."
* insert Codes
* insert C(1, [[Normal]], [[触及正常]], [[Normal.]])
* insert C(2, [[Weak]], [[减弱]], [[Weak.]])
* insert C(3, [[Absent]], [[消失]], [[Absent.]])

ValueSet: PedalPulseVS
Id: pedal-pulse
Title: "Pulse of the dorsal foot artery (足背动脉搏动)"
Description: "All codes of the system."
* insert Published
* include codes from system PedalPulse

CodeSystem: Hypoglycaemia
Id: hypoglycaemia
Title: "Hypoglycaemia (低血糖反应)"
Description: "As on the national form."
* insert Codes
* insert C(1, [[None]], [[无]], [[None.]])
* insert C(2, [[Now and then]], [[偶尔]], [[Now and then.]])
* insert C(3, [[Often]], [[频繁]], [[Often.]])

ValueSet: HypoglycaemiaVS
Id: hypoglycaemia
Title: "Hypoglycaemia (低血糖反应)"
Description: "All codes of the system."
* insert Published
* include codes from system Hypoglycaemia

CodeSystem: MentalDisorderClass
Id: mental-disorder-class
Title: "Class of a severe mental disorder (严重精神障碍病情分类)"
Description: "How the disorder stands at a visit. The classes are national; the code names are this project's own, since the order on the form is not confirmed."
* insert Codes
* insert C(unstable, [[Unstable]], [[病情不稳定]], [[Risk 3 to 5, or marked symptoms without insight, an acute adverse reaction, or a severe somatic disease.]])
* insert C(basically-stable, [[Basically stable]], [[病情基本稳定]], [[Risk 1 or 2, or symptoms, insight or social function impaired.]])
* insert C(stable, [[Stable]], [[病情稳定]], [[Risk 0, symptoms gone, insight basically recovered, social function fair or good, no severe adverse reaction.]])

ValueSet: MentalDisorderClassVS
Id: mental-disorder-class
Title: "Class of a severe mental disorder (严重精神障碍病情分类)"
Description: "All codes of the system."
* insert Published
* include codes from system MentalDisorderClass

CodeSystem: MentalDisorderRisk
Id: mental-disorder-risk
Title: "Grade of dangerous behaviour (危险性评估等级)"
Description: "National grades 0 to 5."
* insert Codes
* insert C(0, [[None]], [[无]], [[None of the behaviours below.]])
* insert C(1, [[Verbal threats]], [[口头威胁、喊叫]], [[Verbal threats or shouting, no striking.]])
* insert C(2, [[Strikes, at home only]], [[打砸,局限家中,可劝止]], [[Strikes things at home, can be talked down.]])
* insert C(3, [[Strikes anywhere]], [[明显打砸,不分场合,不能劝止]], [[Strikes things anywhere, cannot be talked down.]])
* insert C(4, [[Keeps striking]], [[持续打砸,针对财物或人]], [[Keeps striking things or people, self-harm and suicide included.]])
* insert C(5, [[Armed violence or arson]], [[持械暴力或纵火、爆炸]], [[Violence with a weapon against people, arson or explosion.]])

ValueSet: MentalDisorderRiskVS
Id: mental-disorder-risk
Title: "Grade of dangerous behaviour (危险性评估等级)"
Description: "All codes of the system."
* insert Published
* include codes from system MentalDisorderRisk

CodeSystem: Restraint
Id: restraint
Title: "Restraint (关锁情况)"
Description: "Whether a person with a mental disorder is locked up."
* insert Codes
* insert C(1, [[Not locked up]], [[无关锁]], [[Not locked up.]])
* insert C(2, [[Locked up]], [[关锁]], [[Locked up.]])
* insert C(3, [[No longer locked up]], [[关锁已解除]], [[No longer locked up.]])

ValueSet: RestraintVS
Id: restraint
Title: "Restraint (关锁情况)"
Description: "All codes of the system."
* insert Published
* include codes from system Restraint

CodeSystem: SelfCareLevel
Id: self-care-level
Title: "Level of self-care (生活自理能力等级)"
Description: "Result of the self-care assessment of older persons; thresholds are not confirmed against the published form: draft."
* insert Codes
* insert Experimental
* insert C(1, [[Independent]], [[可自理]], [[0 to 3 points.]])
* insert C(2, [[Mild dependence]], [[轻度依赖]], [[4 to 8 points.]])
* insert C(3, [[Moderate dependence]], [[中度依赖]], [[9 to 18 points.]])
* insert C(4, [[Dependent]], [[不能自理]], [[19 points and more.]])

ValueSet: SelfCareLevelVS
Id: self-care-level
Title: "Level of self-care (生活自理能力等级)"
Description: "All codes of the system."
* insert Experimental
* include codes from system SelfCareLevel

CodeSystem: SelfCareGrade
Id: self-care-grade
Title: "Grade of one activity of self-care (自理能力单项程度)"
Description: "How far an older person can do one activity alone: draft, as the form."
* insert Codes
* insert Experimental
* insert C(a, [[Independent]], [[可自理]], [[Independent.]])
* insert C(b, [[Mild dependence]], [[轻度依赖]], [[Mild dependence.]])
* insert C(c, [[Moderate dependence]], [[中度依赖]], [[Moderate dependence.]])
* insert C(d, [[Dependent]], [[不能自理]], [[Dependent.]])

ValueSet: SelfCareGradeVS
Id: self-care-grade
Title: "Grade of one activity of self-care (自理能力单项程度)"
Description: "All codes of the system."
* insert Experimental
* include codes from system SelfCareGrade

CodeSystem: ProgrammeGoal
Id: programme-goal
Title: "Kind of threshold (阈值类型)"
Description: "What missing the targets of a goal of a programme means."
* insert Codes
* insert C(controlled, [[Controlled]], [[控制满意]], [[When a target is missed, the condition is not controlled.]])
* insert C(no-emergency, [[No emergency]], [[非危急]], [[When a target is missed, it is an emergency: refer at once.]])
* insert C(screening, [[Screening]], [[筛查]], [[When a target is missed, the resident is suspected of the condition.]])

ValueSet: ProgrammeGoalVS
Id: programme-goal
Title: "Kind of threshold (阈值类型)"
Description: "All codes of the system."
* insert Published
* include codes from system ProgrammeGoal

CodeSystem: TimingAnchor
Id: timing-anchor
Title: "Start of a time (时间起点)"
Description: "From what the timing of an action of a programme is counted."
* insert Codes
* insert C(birth, [[Birth]], [[出生]], [[Birth.]])
* insert C(last-menstruation, [[Last menstruation]], [[末次月经]], [[Last menstruation.]])
* insert C(delivery, [[Delivery]], [[分娩]], [[Delivery.]])
* insert C(discharge, [[Discharge]], [[出院]], [[Discharge.]])
* insert C(enrolment, [[Enrolment]], [[纳管]], [[Enrolment.]])
* insert C(notification, [[Notification]], [[通知]], [[Notification.]])
* insert C(treatment-end, [[End of treatment]], [[疗程结束]], [[End of treatment.]])
* insert C(previous-visit, [[Previous visit]], [[上次随访]], [[Previous visit.]])
* insert C(previous-dose, [[Previous dose]], [[上一剂次]], [[Previous dose.]])
* insert C(injection, [[Injection]], [[接种]], [[Injection.]])

ValueSet: TimingAnchorVS
Id: timing-anchor
Title: "Start of a time (时间起点)"
Description: "All codes of the system."
* insert Published
* include codes from system TimingAnchor

CodeSystem: EvidenceLabel
Id: evidence-label
Title: "Evidence of a rule (依据状态)"
Description: "Whether a threshold or an interval was seen in a published text."
* insert Codes
* insert C(published, [[Seen in a published text]], [[已核对公开文本]], [[Seen in a published text.]])
* insert C(unconfirmed, [[Not confirmed]], [[未核对]], [[Not confirmed.]])

ValueSet: EvidenceLabelVS
Id: evidence-label
Title: "Evidence of a rule (依据状态)"
Description: "All codes of the system."
* insert Published
* include codes from system EvidenceLabel

CodeSystem: TaskOutput
Id: public-health-task-output
Title: "Output of a public-health task (任务输出)"
Description: "What a task produced; Task.output.type."
* insert Codes
* insert C(visit, [[Visit]], [[就诊]], [[The Encounter.]])
* insert C(form, [[Form]], [[随访表]], [[The completed QuestionnaireResponse.]])
* insert C(measurement, [[Measurement]], [[测量结果]], [[An Observation.]])
* insert C(method, [[Way of the visit]], [[随访方式]], [[Way of the visit.]])
* insert C(class, [[Class]], [[随访分类]], [[Class.]])
* insert C(next-due, [[Next visit]], [[下次随访日期]], [[Next visit.]])
* insert C(referral-reason, [[Reason for referring]], [[转诊原因]], [[A situation in which the norm demands a referral.]])
* insert C(report, [[Report]], [[报告]], [[Report.]])
* insert C(record, [[Other record]], [[其他记录]], [[An Immunization, a Procedure, a ServiceRequest or a DiagnosticReport.]])

ValueSet: TaskOutputVS
Id: public-health-task-output
Title: "Output of a public-health task (任务输出)"
Description: "All codes of the system."
* insert Published
* include codes from system TaskOutput

ValueSet: VisitClassVS
Id: visit-class
Title: "Class of a visit (随访分类)"
Description: "Classes of hypertension, diabetes and severe mental disorder."
* insert Published
* include codes from system FollowUpClass
* include codes from system MentalDisorderClass

CodeSystem: MeasurementOrigin
Id: measurement-origin
Title: "Origin of a measurement (测量来源)"
Description: "Who measured."
* insert Codes
* insert C(home, [[By the resident]], [[居民自测]], [[By the resident.]])
* insert C(clinic, [[By a professional]], [[医务人员测量]], [[By a professional.]])

ValueSet: MeasurementOriginVS
Id: measurement-origin
Title: "Origin of a measurement (测量来源)"
Description: "All codes of the system."
* insert Published
* include codes from system MeasurementOrigin

CodeSystem: NotifiableClass
Id: notifiable-class
Title: "Class of a notifiable disease (法定传染病分类)"
Description: "Class of the law on infectious diseases; the diseases and the deadlines of each class are data of the county: draft."
* insert Codes
* insert Experimental
* insert C(a, [[Class A]], [[甲类]], [[Class A.]])
* insert C(b, [[Class B]], [[乙类]], [[Class B.]])
* insert C(c, [[Class C]], [[丙类]], [[Class C.]])
* insert C(other, [[Other under watch]], [[其他]], [[Other under watch.]])

ValueSet: NotifiableClassVS
Id: notifiable-class
Title: "Class of a notifiable disease (法定传染病分类)"
Description: "All codes of the system."
* insert Experimental
* include codes from system NotifiableClass

CodeSystem: HealthFlag
Id: health-flag
Title: "Health flag (健康提示)"
Description: "What whoever meets the resident should know; no national list is known: draft."
* insert Codes
* insert Experimental
* insert C(living-alone, [[Lives alone]], [[独居]], [[Lives alone.]])
* insert C(disability, [[Disability]], [[失能]], [[Disability.]])
* insert C(no-capacity, [[Lacks legal capacity]], [[无完全民事行为能力]], [[Lacks full legal capacity: a guardian signs.]])
* insert C(abnormal-growth, [[Abnormal growth]], [[生长发育异常]], [[Abnormal growth.]])
* insert C(high-risk-pregnancy, [[High-risk pregnancy]], [[高危妊娠]], [[High-risk pregnancy.]])
* insert C(lost-to-follow-up, [[Lost to follow-up]], [[失访]], [[Lost to follow-up.]])

ValueSet: HealthFlagVS
Id: health-flag
Title: "Health flag (健康提示)"
Description: "All codes of the system."
* insert Experimental
* include codes from system HealthFlag

CodeSystem: Vaccine
Id: vaccine
Title: "Vaccine of the national programme (免疫规划疫苗)"
Description: "Usual abbreviations of the vaccines of the national programme, until the national code table is at hand."
* insert Codes
* insert Experimental
* insert C(HepB, [[Hepatitis B]], [[乙肝疫苗]], [[Hepatitis B.]])
* insert C(BCG, [[BCG]], [[卡介苗]], [[BCG.]])
* insert C(IPV, [[Inactivated polio]], [[脊灰灭活疫苗]], [[Inactivated polio.]])
* insert C(bOPV, [[Bivalent oral polio]], [[脊灰减毒活疫苗(二价)]], [[Bivalent oral polio.]])
* insert C(DTaP, [[Diphtheria, tetanus, acellular pertussis]], [[百白破疫苗]], [[Diphtheria, tetanus, acellular pertussis.]])
* insert C(DT, [[Diphtheria, tetanus]], [[白破疫苗]], [[Diphtheria, tetanus.]])
* insert C(MMR, [[Measles, mumps, rubella]], [[麻腮风疫苗]], [[Measles, mumps, rubella.]])
* insert C(JE-L, [[Japanese encephalitis, live]], [[乙脑减毒活疫苗]], [[Japanese encephalitis, live.]])
* insert C(JE-I, [[Japanese encephalitis, inactivated]], [[乙脑灭活疫苗]], [[Japanese encephalitis, inactivated.]])
* insert C(MPSV-A, [[Meningococcal A]], [[A群流脑多糖疫苗]], [[Meningococcal A.]])
* insert C(MPSV-AC, [[Meningococcal A and C]], [[A群C群流脑多糖疫苗]], [[Meningococcal A and C.]])
* insert C(HepA-L, [[Hepatitis A, live]], [[甲肝减毒活疫苗]], [[Hepatitis A, live.]])
* insert C(HepA-I, [[Hepatitis A, inactivated]], [[甲肝灭活疫苗]], [[Hepatitis A, inactivated.]])
* insert C(HPV, [[Human papillomavirus]], [[人乳头瘤病毒疫苗]], [[Human papillomavirus.]])

ValueSet: VaccineVS
Id: vaccine
Title: "Vaccine of the national programme (免疫规划疫苗)"
Description: "All codes of the system."
* insert Experimental
* include codes from system Vaccine

CodeSystem: FollowUpItem
Id: follow-up-item
Title: "Item of a follow-up form (随访表项目)"
Description: "The items of the county's forms: each code is the linkId of the item."
* insert Codes
* insert C(visit-date, [[Date of the visit]], [[随访日期]], [[Date of the visit.]])
* insert C(method, [[Way of the visit]], [[随访方式]], [[Way of the visit.]])
* insert C(symptoms, [[Symptoms]], [[症状]], [[Symptoms.]])
* insert C(symptoms-other, [[Other symptoms]], [[其他症状]], [[Other symptoms.]])
* insert C(blood-pressure, [[Blood pressure]], [[血压]], [[Blood pressure.]])
* insert C(systolic, [[Systolic pressure]], [[收缩压(mmHg)]], [[Systolic pressure.]])
* insert C(diastolic, [[Diastolic pressure]], [[舒张压(mmHg)]], [[Diastolic pressure.]])
* insert C(weight, [[Weight]], [[体重(kg)]], [[Weight.]])
* insert C(bmi, [[Body mass index]], [[体质指数(kg/m2)]], [[Body mass index.]])
* insert C(heart-rate, [[Heart rate]], [[心率(次/分)]], [[Heart rate.]])
* insert C(signs-other, [[Other signs]], [[其他体征]], [[Other signs.]])
* insert C(smoking, [[Cigarettes a day]], [[日吸烟量(支)]], [[Cigarettes a day.]])
* insert C(drinking, [[Alcohol a day, in liang of 50 g]], [[日饮酒量(两)]], [[Alcohol a day, in liang of 50 g.]])
* insert C(exercise-times, [[Exercise, times a week]], [[运动(次/周)]], [[Exercise, times a week.]])
* insert C(exercise-minutes, [[Exercise, minutes each time]], [[运动(分钟/次)]], [[Exercise, minutes each time.]])
* insert C(salt, [[Salt intake]], [[摄盐情况]], [[Salt intake.]])
* insert C(psychological, [[Psychological adjustment]], [[心理调整]], [[Psychological adjustment.]])
* insert C(advice, [[Follows advice]], [[遵医行为]], [[Follows advice.]])
* insert C(tests, [[Tests]], [[辅助检查]], [[Tests.]])
* insert C(adherence, [[Adherence to medication]], [[服药依从性]], [[Adherence to medication.]])
* insert C(adverse-reaction, [[Adverse reaction]], [[药物不良反应]], [[Adverse reaction.]])
* insert C(adverse-reaction-text, [[Which adverse reaction]], [[不良反应描述]], [[Which adverse reaction.]])
* insert C(class, [[Class of the visit]], [[此次随访分类]], [[Class of the visit.]])
* insert C(medication, [[Medicine]], [[用药情况]], [[Medicine.]])
* insert C(medication-name, [[Name of the medicine]], [[药物名称]], [[Name of the medicine.]])
* insert C(medication-use, [[Use of the medicine]], [[用法用量]], [[Use of the medicine.]])
* insert C(referral, [[Referral]], [[转诊]], [[Referral.]])
* insert C(referral-reason, [[Reason for referring]], [[转诊原因]], [[Reason for referring.]])
* insert C(referral-to, [[Institution and department]], [[转诊机构及科别]], [[Institution and department.]])
* insert C(next-due, [[Next visit]], [[下次随访日期]], [[Next visit.]])
* insert C(doctor, [[Doctor of the visit]], [[随访医生]], [[Doctor of the visit.]])
* insert C(pedal-pulse, [[Pulse of the dorsal foot artery]], [[足背动脉搏动]], [[Pulse of the dorsal foot artery.]])
* insert C(staple-food, [[Staple food, g a day]], [[主食(克/天)]], [[Staple food, g a day.]])
* insert C(fasting-glucose, [[Fasting glucose]], [[空腹血糖]], [[Fasting glucose.]])
* insert C(fasting-glucose-plasma, [[Fasting glucose, plasma]], [[空腹血糖,静脉血浆(mmol/L)]], [[Fasting glucose, plasma.]])
* insert C(fasting-glucose-capillary, [[Fasting glucose, capillary blood]], [[空腹血糖,指尖血(mmol/L)]], [[Fasting glucose, capillary blood.]])
* insert C(hba1c, [[Haemoglobin A1c]], [[糖化血红蛋白(%)]], [[Haemoglobin A1c.]])
* insert C(hypoglycaemia, [[Hypoglycaemia]], [[低血糖反应]], [[Hypoglycaemia.]])
* insert C(risk, [[Grade of dangerous behaviour]], [[危险性评估]], [[Grade of dangerous behaviour.]])
* insert C(symptoms-gone, [[Symptoms gone]], [[精神症状基本消失]], [[Symptoms gone.]])
* insert C(insight, [[Insight basically recovered]], [[自知力基本恢复]], [[Insight basically recovered.]])
* insert C(social-function, [[Social function]], [[社会功能]], [[Social function.]])
* insert C(restraint, [[Locked up]], [[关锁情况]], [[Locked up.]])
* insert C(somatic-disease, [[Severe somatic disease]], [[严重躯体疾病]], [[Severe somatic disease.]])
* insert C(mental-class, [[Class of the visit]], [[此次随访分类]], [[Class of the visit.]])
* insert C(referral-text, [[Reason for referring]], [[转诊原因]], [[Reason for referring.]])
* insert C(eating, [[Eating]], [[进餐]], [[Eating.]])
* insert C(washing, [[Washing]], [[梳洗]], [[Washing.]])
* insert C(dressing, [[Dressing]], [[穿衣]], [[Dressing.]])
* insert C(toilet, [[Using the toilet]], [[如厕]], [[Using the toilet.]])
* insert C(moving, [[Moving about]], [[活动]], [[Moving about.]])
* insert C(self-care-score, [[Points]], [[总评分]], [[Points.]])
* insert C(self-care-level, [[Level of self-care]], [[评估结果]], [[Level of self-care.]])

ValueSet: FollowUpItemVS
Id: follow-up-item
Title: "Item of a follow-up form (随访表项目)"
Description: "All codes of the system."
* insert Published
* include codes from system FollowUpItem
