RuleSet: ProgrammeOf(id, name, title, code, start)
* url = "https://xiantong.example/fhir/PlanDefinition/{id}"
* version = "0.1.0"
* name = "{name}"
* title = "{title}"
* publisher = "Xiantong"
* useContext[programme].valueCodeableConcept = Programme#{code}
* effectivePeriod.start = "{start}"

RuleSet: For(icd)
* useContext[diagnosis].valueCodeableConcept.coding[+] = $icd-10#{icd}

RuleSet: Chosen
* action[=].extension[optional].valueBoolean = true

RuleSet: Goal(id, category, text, evidence)
* goal[+].id = "{id}"
* goal[=].extension[evidence].valueCode = #{evidence}
* goal[=].category = ProgrammeGoal#{category}
* goal[=].description.text = "{text}"

RuleSet: Target(comparator, value, unit)
* goal[=].target[+].detailQuantity.comparator = #{comparator}
* goal[=].target[=].detailQuantity.value = {value}
* goal[=].target[=].detailQuantity.system = $ucum
* goal[=].target[=].detailQuantity.code = #{unit}

RuleSet: Keep(code, display, comparator, value, unit)
* insert Target({comparator}, {value}, {unit})
* goal[=].target[=].measure = $loinc#{code} "{display}"

RuleSet: Pressure(systolic, diastolic)
* insert Keep(8480-6, [[Systolic blood pressure]], <, {systolic}, mm[Hg])
* insert Keep(8462-4, [[Diastolic blood pressure]], <, {diastolic}, mm[Hg])

// Of plasma and of capillary blood: whichever was measured.
RuleSet: Glucose(comparator, value)
* insert Target({comparator}, {value}, mmol/L)
* goal[=].target[=].measure = $loinc#14771-0 "Fasting glucose [Moles/volume] in Serum or Plasma"
* insert Target({comparator}, {value}, mmol/L)
* goal[=].target[=].measure = $loinc#14743-9 "Glucose [Moles/volume] in Capillary blood by Glucometer"

RuleSet: Act(id, code, title, evidence)
* action[+].id = "{id}"
* action[=].extension[evidence].valueCode = #{evidence}
* action[=].title = "{title}"
* action[=].code = PublicHealthTaskCode#{code}

RuleSet: Every(times, unit)
* action[=].timingTiming.repeat.frequency = {times}
* action[=].timingTiming.repeat.period = 1
* action[=].timingTiming.repeat.periodUnit = #{unit}

RuleSet: OftenerFor(population, times)
* action[=].extension[oftener][+].extension[population].valueCoding = KeyPopulation#{population}
* action[=].extension[oftener][=].extension[times].valuePositiveInt = {times}

RuleSet: Within(value, unit)
* action[=].timingDuration = {value} '{unit}'

RuleSet: From(anchor)
* action[=].extension[anchor].valueCode = #{anchor}

RuleSet: AtAge(value, unit)
* insert From(birth)
* action[=].timingAge = {value} '{unit}'

RuleSet: Between(anchor, low, high, unit)
* insert From({anchor})
* action[=].timingRange.low = {low} '{unit}'
* action[=].timingRange.high = {high} '{unit}'

RuleSet: After(class)
* insert From(previous-visit)
* action[=].extension[rule].extension[class][+].valueCoding = {class}

RuleSet: AtMost(times)
* action[=].extension[rule].extension[atMost].valuePositiveInt = {times}

RuleSet: Consecutive(times)
* action[=].extension[rule].extension[consecutive].valuePositiveInt = {times}

RuleSet: Form(id)
* action[=].definitionCanonical = "https://xiantong.example/fhir/Questionnaire/{id}"

Instance: hypertension
InstanceOf: CountyProgramme
Usage: #definition
Title: "Hypertension (高血压患者健康管理)"
* insert ProgrammeOf(hypertension, HypertensionProgramme, [[Hypertension (高血压患者健康管理)]], hypertension, 2017)
* insert For(I10)
* insert For(I11)
* insert For(I12)
* insert For(I13)
* status = #active
* experimental = true
* description = "Residents of 35 years and more: screening, and follow-up of primary hypertension. National norm, third edition of 2017, from published quotations. What is labelled unconfirmed is to be checked, also against WS/T 872-2025."
* useContext[age].valueRange.low = 35 'a'
* insert Goal(controlled, controlled, [[Controlled under 65 years (65岁以下控制满意)]], published)
* goal[=].extension[age].valueRange.high = 64 'a'
* insert Pressure(140, 90)
* insert Goal(controlled-65, controlled, [[Controlled from 65 years (65岁及以上控制满意)]], unconfirmed)
* goal[=].extension[age].valueRange.low = 65 'a'
* insert Pressure(150, 90)
* insert Goal(no-emergency, no-emergency, [[Otherwise emergency referral (达到即紧急转诊)]], published)
* insert Pressure(180, 110)
* insert Goal(no-emergency-maternal, no-emergency, [[In pregnancy or lactation, otherwise emergency referral (妊娠期或哺乳期达到即紧急转诊)]], unconfirmed)
* goal[=].extension[programme].valueCoding = Programme#maternal
* insert Pressure(140, 90)
* insert Goal(screening, screening, [[Otherwise measure again; three times on different days: suspected (非同日三次超过为可疑)]], published)
* insert Pressure(140, 90)
* insert Act(screening, screening, [[Blood pressure once a year, at high risk twice (每年测量一次血压,高危人群每年两次)]], published)
* insert Every(1, a)
* insert OftenerFor(hypertension-risk, 2)
* action[=].goalId = "screening"
* insert Act(follow-up, follow-up, [[At least four visits a year (每年至少4次随访)]], unconfirmed)
* insert Every(4, a)
* insert Form(hypertension-follow-up)
* insert Act(examination, examination, [[Health examination once a year (每年1次健康体检)]], unconfirmed)
* insert Every(1, a)
* insert Act(controlled, follow-up, [[Controlled: next visit within three months (控制满意,3个月内随访)]], published)
* insert After(FollowUpClass#1)
* insert Within(3, mo)
* insert Form(hypertension-follow-up)
* action[=].goalId[0] = "controlled"
* action[=].goalId[1] = "controlled-65"
* insert Act(recheck, recheck, [[Not controlled for the first time, or adverse reaction: adjust, visit within two weeks (首次不满意或不良反应,2周内随访)]], published)
* insert After(FollowUpClass#2)
* action[=].extension[rule].extension[class][+].valueCoding = FollowUpClass#3
* insert Within(2, wk)
* insert Form(hypertension-follow-up)
* insert Act(refer-uncontrolled, referral, [[Twice in a row not controlled, or adverse reaction hard to control: refer (连续两次不满意或不良反应难以控制,转诊)]], published)
* insert After(FollowUpClass#2)
* action[=].extension[rule].extension[class][+].valueCoding = FollowUpClass#3
* insert Consecutive(2)
* insert Within(2, wk)
* insert Act(refer-complication, referral, [[New or worse complication: refer (新发或加重并发症,转诊)]], published)
* insert After(FollowUpClass#4)
* insert Within(2, wk)
* insert Act(emergency, emergency-referral, [[Emergency: refer at once (危急情况,紧急转诊)]], published)
* action[=].goalId = "no-emergency"
* insert Act(referral-follow-up, referral-follow-up, [[Follow up the referral within two weeks (2周内主动随访转诊情况)]], published)
* insert Within(2, wk)
* insert Form(hypertension-follow-up)
* insert Act(remeasure, screening, [[Raised: measure again on another day (血压升高,非同日复测)]], unconfirmed)
* insert From(previous-visit)
* insert AtMost(2)
* insert Within(4, wk)
* action[=].goalId = "screening"
* insert Act(refer-suspected, referral, [[Raised on three days: suspected, refer (非同日三次升高,可疑,转诊确诊)]], published)
* insert From(previous-visit)
* insert Consecutive(3)
* insert Within(2, wk)
* insert Act(suspect-follow-up, suspect-follow-up, [[Follow up the referral of a suspect within two weeks (可疑者转诊后2周内随访结果)]], published)
* insert From(previous-visit)
* insert Consecutive(3)
* insert Within(2, wk)

Instance: diabetes
InstanceOf: CountyProgramme
Usage: #definition
Title: "Type 2 diabetes (2型糖尿病患者健康管理)"
* insert ProgrammeOf(diabetes, DiabetesProgramme, [[Type 2 diabetes (2型糖尿病患者健康管理)]], diabetes, 2017)
* insert For(E11)
* status = #active
* experimental = true
* description = "Follow-up of residents of 35 years and more with type 2 diabetes. National norm, third edition of 2017, from published quotations; what is labelled unconfirmed is to be checked."
* useContext[age].valueRange.low = 35 'a'
* insert Goal(controlled, controlled, [[Fasting glucose controlled (空腹血糖控制满意)]], published)
* insert Glucose(<, 7.0)
* insert Goal(no-emergency, no-emergency, [[Otherwise emergency referral (达到即紧急转诊)]], published)
* insert Glucose(<, 16.7)
* insert Glucose(>, 3.9)
* insert Pressure(180, 110)
* insert Keep(8867-4, [[Heart rate]], <=, 100, /min)
* insert Keep(8310-5, [[Body temperature]], <=, 39, Cel)
* insert Act(follow-up, follow-up, [[At least four visits a year with fasting glucose (每年至少4次随访并免费测空腹血糖)]], unconfirmed)
* insert Every(4, a)
* insert Form(diabetes-follow-up)
* insert Act(examination, examination, [[Health examination once a year (每年1次健康体检)]], unconfirmed)
* insert Every(1, a)
* insert Act(controlled, follow-up, [[Controlled: next visit within three months (控制满意,3个月内随访)]], published)
* insert After(FollowUpClass#1)
* insert Within(3, mo)
* insert Form(diabetes-follow-up)
* action[=].goalId = "controlled"
* insert Act(recheck, recheck, [[Not controlled for the first time, or adverse reaction: adjust, visit within two weeks (首次不满意或不良反应,2周内随访)]], published)
* insert After(FollowUpClass#2)
* action[=].extension[rule].extension[class][+].valueCoding = FollowUpClass#3
* insert Within(2, wk)
* insert Form(diabetes-follow-up)
* insert Act(refer-uncontrolled, referral, [[Twice in a row not controlled, or adverse reaction hard to control: refer (连续两次不满意或不良反应难以控制,转诊)]], published)
* insert After(FollowUpClass#2)
* action[=].extension[rule].extension[class][+].valueCoding = FollowUpClass#3
* insert Consecutive(2)
* insert Within(2, wk)
* insert Act(refer-complication, referral, [[New or worse complication: refer (新发或加重并发症,转诊)]], published)
* insert After(FollowUpClass#4)
* insert Within(2, wk)
* insert Act(emergency, emergency-referral, [[Emergency: refer at once (危急情况,紧急转诊)]], published)
* action[=].goalId = "no-emergency"
* insert Act(referral-follow-up, referral-follow-up, [[Follow up the referral within two weeks (2周内主动随访转诊情况)]], published)
* insert Within(2, wk)
* insert Form(diabetes-follow-up)

Instance: older-person
InstanceOf: CountyProgramme
Usage: #definition
Title: "Older person (老年人健康管理)"
* insert ProgrammeOf(older-person, OlderPersonProgramme, [[Older person (老年人健康管理)]], older-person, 2017)
* status = #active
* experimental = true
* description = "Residents of 65 years and more: assessment, examination and guidance once a year. Not confirmed against the published norm: see the label of each action."
* useContext[age].valueRange.low = 65 'a'
* insert Act(self-care, assessment, [[Self-care assessment once a year (每年1次生活自理能力评估)]], unconfirmed)
* insert Every(1, a)
* insert Form(self-care-assessment)
* insert Act(examination, examination, [[Examination once a year: blood and urine routine, liver, kidney, fasting glucose, lipids, ECG, abdominal ultrasound (每年1次健康体检)]], unconfirmed)
* insert Every(1, a)
* insert Act(constitution, assessment, [[Identification of the constitution in Chinese medicine once a year (每年1次中医体质辨识)]], unconfirmed)
* insert Every(1, a)

Instance: child
InstanceOf: CountyProgramme
Usage: #definition
Title: "Child of 0 to 6 years (0~6岁儿童健康管理)"
* insert ProgrammeOf(child, ChildProgramme, [[Child of 0 to 6 years (0~6岁儿童健康管理)]], child, 2017)
* status = #active
* experimental = true
* description = "Visits of children of 0 to 6 years. National norm, third edition of 2017, from published quotations; what is labelled unconfirmed is to be checked."
* useContext[age].valueRange.low = 0 'a'
* useContext[age].valueRange.high = 6 'a'
* insert Act(newborn-visit, home-visit, [[Home visit within a week of discharge (出院后1周内家庭访视)]], published)
* insert From(discharge)
* insert Within(1, wk)
* insert Act(full-month, follow-up, [[Full month, 28 to 30 days, at the clinic (满月健康管理)]], published)
* insert Between(birth, 28, 30, d)
* insert Act(month-3, follow-up, [[3 months (3月龄)]], published)
* insert AtAge(3, mo)
* insert Act(month-6, follow-up, [[6 months (6月龄)]], published)
* insert AtAge(6, mo)
* insert Act(month-8, follow-up, [[8 months (8月龄)]], published)
* insert AtAge(8, mo)
* insert Act(month-12, follow-up, [[12 months (12月龄)]], published)
* insert AtAge(12, mo)
* insert Act(month-18, follow-up, [[18 months (18月龄)]], published)
* insert AtAge(18, mo)
* insert Act(month-24, follow-up, [[24 months (24月龄)]], published)
* insert AtAge(24, mo)
* insert Act(month-30, follow-up, [[30 months (30月龄)]], published)
* insert AtAge(30, mo)
* insert Act(month-36, follow-up, [[36 months (36月龄)]], published)
* insert AtAge(36, mo)
* insert Act(year-4, follow-up, [[4 years (4岁)]], published)
* insert AtAge(4, a)
* insert Act(year-5, follow-up, [[5 years (5岁)]], published)
* insert AtAge(5, a)
* insert Act(year-6, follow-up, [[6 years (6岁)]], published)
* insert AtAge(6, a)
* insert Act(blood-routine-6, examination, [[Blood routine at 6 to 8 months (6~8月龄血常规)]], published)
* insert Between(birth, 6, 8, mo)
* insert Act(blood-routine-18, examination, [[Blood routine at 18 months (18月龄血常规)]], published)
* insert AtAge(18, mo)
* insert Act(blood-routine-30, examination, [[Blood routine at 30 months (30月龄血常规)]], published)
* insert AtAge(30, mo)
* insert Act(hearing-6, screening, [[Hearing at 6 months (6月龄听力筛查)]], unconfirmed)
* insert AtAge(6, mo)
* insert Act(hearing-12, screening, [[Hearing at 12 months (12月龄听力筛查)]], unconfirmed)
* insert AtAge(12, mo)
* insert Act(hearing-24, screening, [[Hearing at 24 months (24月龄听力筛查)]], unconfirmed)
* insert AtAge(24, mo)
* insert Act(hearing-36, screening, [[Hearing at 36 months (36月龄听力筛查)]], unconfirmed)
* insert AtAge(36, mo)
* insert Act(chinese-medicine-6, guidance, [[Guidance in Chinese medicine at 6 months (6月龄中医药健康指导)]], unconfirmed)
* insert AtAge(6, mo)
* insert Act(chinese-medicine-12, guidance, [[Guidance in Chinese medicine at 12 months (12月龄中医药健康指导)]], unconfirmed)
* insert AtAge(12, mo)
* insert Act(chinese-medicine-18, guidance, [[Guidance in Chinese medicine at 18 months (18月龄中医药健康指导)]], unconfirmed)
* insert AtAge(18, mo)
* insert Act(chinese-medicine-24, guidance, [[Guidance in Chinese medicine at 24 months (24月龄中医药健康指导)]], unconfirmed)
* insert AtAge(24, mo)
* insert Act(chinese-medicine-30, guidance, [[Guidance in Chinese medicine at 30 months (30月龄中医药健康指导)]], unconfirmed)
* insert AtAge(30, mo)
* insert Act(chinese-medicine-36, guidance, [[Guidance in Chinese medicine at 36 months (36月龄中医药健康指导)]], unconfirmed)
* insert AtAge(36, mo)
* insert Act(refer, referral, [[Abnormal growth: refer (发育异常,转诊)]], published)
* insert Within(2, wk)

Instance: maternal
InstanceOf: CountyProgramme
Usage: #definition
Title: "Pregnant or newly delivered woman (孕产妇健康管理)"
* insert ProgrammeOf(maternal, MaternalProgramme, [[Pregnant or newly delivered woman (孕产妇健康管理)]], maternal, 2017)
* insert For(Z33)
* insert For(Z34)
* insert For(Z35)
* status = #active
* experimental = true
* description = "Antenatal visits by weeks of pregnancy, and visits after delivery. Not confirmed against the published norm: see the label of each action."
* insert Act(book, enrolment, [[Maternal record and first assessment before 13 weeks (孕13周前建册)]], unconfirmed)
* insert From(last-menstruation)
* action[=].timingRange.high = 12 'wk'
* insert Act(weeks-16, follow-up, [[16 to 20 weeks (孕16~20周)]], unconfirmed)
* insert Between(last-menstruation, 16, 20, wk)
* insert Act(weeks-21, follow-up, [[21 to 24 weeks (孕21~24周)]], unconfirmed)
* insert Between(last-menstruation, 21, 24, wk)
* insert Act(weeks-28, follow-up, [[28 to 36 weeks (孕28~36周)]], unconfirmed)
* insert Between(last-menstruation, 28, 36, wk)
* insert Act(weeks-37, follow-up, [[37 to 40 weeks (孕37~40周)]], unconfirmed)
* insert Between(last-menstruation, 37, 40, wk)
* insert Act(postpartum-visit, home-visit, [[Home visit within a week of discharge (产后访视)]], unconfirmed)
* insert From(discharge)
* insert Within(1, wk)
* insert Act(day-42, examination, [[Examination 42 days after delivery (产后42天健康检查)]], unconfirmed)
* insert From(delivery)
* insert Within(42, d)
* insert Act(refer, referral, [[High risk: refer (高危孕产妇,转诊)]], unconfirmed)
* insert Within(2, wk)
* insert Act(high-risk, referral-follow-up, [[High risk: follow up the referral within two weeks (高危转诊后2周内随访)]], unconfirmed)
* insert Within(2, wk)

Instance: mental-disorder
InstanceOf: CountyProgramme
Usage: #definition
Title: "Severe mental disorder (严重精神障碍患者管理)"
* insert ProgrammeOf(mental-disorder, MentalDisorderProgramme, [[Severe mental disorder (严重精神障碍患者管理)]], mental-disorder, 2017)
* insert For(F20)
* insert For(F22)
* insert For(F25)
* insert For(F31)
* status = #active
* experimental = true
* description = "Schizophrenia, schizoaffective disorder, paranoid psychosis, bipolar disorder, mental disorder due to epilepsy, intellectual disability with mental disorder: visits by class. What is labelled unconfirmed is to be checked."
* insert Act(follow-up, follow-up, [[At least four visits a year (每年至少4次随访)]], published)
* insert Every(4, a)
* insert Form(mental-disorder-follow-up)
* insert Act(examination, examination, [[Health examination once a year, with consent (征得同意后每年1次健康检查)]], published)
* insert Every(1, a)
* insert Act(unstable-refer, emergency-referral, [[Unstable: refer at once (病情不稳定,立即转诊)]], published)
* insert After(MentalDisorderClass#unstable)
* insert Within(1, d)
* insert Act(unstable, recheck, [[Unstable and not admitted: visit within two weeks (病情不稳定未住院,2周内随访)]], published)
* insert After(MentalDisorderClass#unstable)
* insert Within(2, wk)
* insert Form(mental-disorder-follow-up)
* insert Act(basically-stable, recheck, [[Basically stable: adjust, visit within two weeks (基本稳定,2周内随访)]], published)
* insert After(MentalDisorderClass#basically-stable)
* insert AtMost(1)
* insert Within(2, wk)
* insert Form(mental-disorder-follow-up)
* insert Act(still-basically-stable, follow-up, [[Still not stable: with the psychiatrist, visit within a month (仍未稳定,专科指导,1个月内随访)]], unconfirmed)
* insert After(MentalDisorderClass#basically-stable)
* insert Consecutive(2)
* insert Within(1, mo)
* insert Form(mental-disorder-follow-up)
* insert Act(stable, follow-up, [[Stable: next visit within three months (病情稳定,3个月内随访)]], published)
* insert After(MentalDisorderClass#stable)
* insert Within(3, mo)
* insert Form(mental-disorder-follow-up)

Instance: tuberculosis
InstanceOf: CountyProgramme
Usage: #definition
Title: "Pulmonary tuberculosis (肺结核患者健康管理)"
* insert ProgrammeOf(tuberculosis, TuberculosisProgramme, [[Pulmonary tuberculosis (肺结核患者健康管理)]], tuberculosis, 2017)
* insert For(A15)
* insert For(A16)
* status = #active
* experimental = true
* description = "From the notification to the end of treatment. What is labelled unconfirmed is to be checked."
* insert Act(first-visit, home-visit, [[First home visit within 72 hours of the notification (接通知后72小时内第一次入户随访)]], published)
* insert From(notification)
* insert Within(72, h)
* insert Act(refer-suspected, referral, [[Suspect: refer for examination (可疑者推介转诊)]], published)
* insert Act(suspect-follow-up, suspect-follow-up, [[Suspect referred: follow up by telephone within a week (可疑者转诊后1周内电话随访)]], published)
* insert Within(1, wk)
* insert Act(supervised-by-professional, medication-supervision, [[Treatment supervised by a professional: visit every month (医务人员督导,每月随访)]], unconfirmed)
* insert Chosen
* insert Every(1, mo)
* insert Act(supervised-by-family-intensive, medication-supervision, [[Treatment supervised by the family, intensive phase: visit every ten days (家庭督导强化期,每10天随访)]], unconfirmed)
* insert Chosen
* action[=].timingTiming.repeat.frequency = 1
* action[=].timingTiming.repeat.period = 10
* action[=].timingTiming.repeat.periodUnit = #d
* insert Act(supervised-by-family-continuation, medication-supervision, [[Treatment supervised by the family, continuation phase: visit every month (家庭督导继续期,每月随访)]], unconfirmed)
* insert Chosen
* insert Every(1, mo)
* insert Act(closing-assessment, assessment, [[Assessment at the end of treatment (结案评估)]], published)
* insert From(treatment-end)
