// Items are told apart by linkId and by the code of the same name, which stay when the wording changes. What is
// marked for extraction becomes an Observation: https://hl7.org/fhir/uv/sdc/extraction.html#observation-based-extraction

Alias: $unit = http://hl7.org/fhir/StructureDefinition/questionnaire-unit
Alias: $extract = http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-observationExtract
Alias: $score = http://hl7.org/fhir/StructureDefinition/ordinalValue

RuleSet: FormOf(id, name, title)
* url = "https://xiantong.example/fhir/Questionnaire/{id}"
* version = "0.1.0"
* name = "{name}"
* title = "{title}"
* language = #zh-CN
* publisher = "Xiantong"
* subjectType = #Patient

RuleSet: Item(linkId, type, required, text)
* item[+].linkId = "{linkId}"
* item[=].code = FollowUpItem#{linkId}
* item[=].text = "{text}"
* item[=].type = #{type}
* item[=].required = {required}

RuleSet: SubItem(linkId, type, required, text)
* item[=].item[+].linkId = "{linkId}"
* item[=].item[=].code = FollowUpItem#{linkId}
* item[=].item[=].text = "{text}"
* item[=].item[=].type = #{type}
* item[=].item[=].required = {required}

RuleSet: ItemUnit(code, display)
* item[=].extension[+].url = $unit
* item[=].extension[=].valueCoding = $ucum#{code} "{display}"

RuleSet: SubItemUnit(code, display)
* item[=].item[=].extension[+].url = $unit
* item[=].item[=].extension[=].valueCoding = $ucum#{code} "{display}"

RuleSet: Extract
* item[=].extension[+].url = $extract
* item[=].extension[=].valueBoolean = true

RuleSet: SubExtract
* item[=].item[=].extension[+].url = $extract
* item[=].item[=].extension[=].valueBoolean = true

RuleSet: Scored(grade, points)
* item[=].answerOption[+].valueCoding = SelfCareGrade#{grade}
* item[=].answerOption[=].valueCoding.extension[+].url = $score
* item[=].answerOption[=].valueCoding.extension[=].valueDecimal = {points}

Instance: hypertension-follow-up
InstanceOf: Questionnaire
Usage: #definition
Title: "Hypertension follow-up (高血压患者随访服务记录表)"
* insert FormOf(hypertension-follow-up, HypertensionFollowUp, [[Hypertension follow-up (高血压患者随访服务记录表)]])
* status = #active
* experimental = false
* description = "Elements of the national follow-up form of hypertension. Weight, body mass index and heart rate may be missing: they cannot be taken over the telephone."
* insert Item(visit-date, date, true, [[随访日期]])
* insert Item(method, choice, true, [[随访方式]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/follow-up-method"
* insert Item(symptoms, choice, true, [[症状]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/hypertension-symptom"
* item[=].repeats = true
* insert Item(symptoms-other, string, false, [[其他症状]])
* insert Item(blood-pressure, group, true, [[血压]])
* item[=].code[+] = $loinc#85354-9 "Blood pressure panel with all children optional"
* insert Extract
* insert SubItem(systolic, decimal, true, [[收缩压(mmHg)]])
* item[=].item[=].code[+] = $loinc#8480-6 "Systolic blood pressure"
* insert SubItemUnit(mm[Hg], [[mmHg]])
* insert SubItem(diastolic, decimal, true, [[舒张压(mmHg)]])
* item[=].item[=].code[+] = $loinc#8462-4 "Diastolic blood pressure"
* insert SubItemUnit(mm[Hg], [[mmHg]])
* insert Item(weight, decimal, false, [[体重(kg)]])
* item[=].code[+] = $loinc#29463-7 "Body weight"
* insert ItemUnit(kg, [[kg]])
* insert Extract
* insert Item(bmi, decimal, false, [[体质指数(kg/m2)]])
* item[=].code[+] = $loinc#39156-5 "Body mass index (BMI) [Ratio]"
* insert ItemUnit(kg/m2, [[kg/m2]])
* insert Extract
* insert Item(heart-rate, decimal, false, [[心率(次/分)]])
* item[=].code[+] = $loinc#8867-4 "Heart rate"
* insert ItemUnit(/min, [[次/分]])
* insert Extract
* insert Item(signs-other, string, false, [[其他体征]])
* insert Item(smoking, decimal, true, [[日吸烟量(支)]])
* insert Item(drinking, decimal, true, [[日饮酒量(两)]])
* insert Item(exercise-times, decimal, true, [[运动(次/周)]])
* insert Item(exercise-minutes, decimal, true, [[运动(分钟/次)]])
* insert Item(salt, choice, true, [[摄盐情况]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/salt-intake"
* insert Item(psychological, choice, true, [[心理调整]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/good-fair-poor"
* insert Item(advice, choice, true, [[遵医行为]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/good-fair-poor"
* insert Item(tests, text, false, [[辅助检查]])
* insert Item(adherence, choice, true, [[服药依从性]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/medication-adherence"
* insert Item(adverse-reaction, choice, true, [[药物不良反应]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/adverse-reaction"
* insert Item(adverse-reaction-text, string, false, [[不良反应描述]])
* insert Item(class, choice, false, [[此次随访分类]])
* insert Extract
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/follow-up-class"
* insert Item(medication, group, false, [[用药情况]])
* item[=].repeats = true
* insert SubItem(medication-name, string, false, [[药物名称]])
* insert SubItem(medication-use, string, false, [[用法用量]])
* insert Item(referral, group, false, [[转诊]])
* insert SubItem(referral-reason, choice, false, [[转诊原因]])
* item[=].item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/follow-up-referral-reason"
* item[=].item[=].repeats = true
* insert SubItem(referral-to, string, false, [[转诊机构及科别]])
* insert Item(next-due, date, false, [[下次随访日期]])
* insert Item(doctor, string, true, [[随访医生]])

Instance: diabetes-follow-up
InstanceOf: Questionnaire
Usage: #definition
Title: "Type 2 diabetes follow-up (2型糖尿病患者随访服务记录表)"
* insert FormOf(diabetes-follow-up, DiabetesFollowUp, [[Type 2 diabetes follow-up (2型糖尿病患者随访服务记录表)]])
* status = #active
* experimental = false
* description = "Elements of the national follow-up form of type 2 diabetes. Fasting glucose is that of plasma or of capillary blood."
* insert Item(visit-date, date, true, [[随访日期]])
* insert Item(method, choice, true, [[随访方式]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/follow-up-method"
* insert Item(symptoms, choice, true, [[症状]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/diabetes-symptom"
* item[=].repeats = true
* insert Item(symptoms-other, string, false, [[其他症状]])
* insert Item(blood-pressure, group, true, [[血压]])
* item[=].code[+] = $loinc#85354-9 "Blood pressure panel with all children optional"
* insert Extract
* insert SubItem(systolic, decimal, true, [[收缩压(mmHg)]])
* item[=].item[=].code[+] = $loinc#8480-6 "Systolic blood pressure"
* insert SubItemUnit(mm[Hg], [[mmHg]])
* insert SubItem(diastolic, decimal, true, [[舒张压(mmHg)]])
* item[=].item[=].code[+] = $loinc#8462-4 "Diastolic blood pressure"
* insert SubItemUnit(mm[Hg], [[mmHg]])
* insert Item(weight, decimal, false, [[体重(kg)]])
* item[=].code[+] = $loinc#29463-7 "Body weight"
* insert ItemUnit(kg, [[kg]])
* insert Extract
* insert Item(bmi, decimal, false, [[体质指数(kg/m2)]])
* item[=].code[+] = $loinc#39156-5 "Body mass index (BMI) [Ratio]"
* insert ItemUnit(kg/m2, [[kg/m2]])
* insert Extract
* insert Item(pedal-pulse, choice, false, [[足背动脉搏动]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/pedal-pulse"
* insert Item(signs-other, string, false, [[其他体征]])
* insert Item(smoking, decimal, true, [[日吸烟量(支)]])
* insert Item(drinking, decimal, true, [[日饮酒量(两)]])
* insert Item(exercise-times, decimal, true, [[运动(次/周)]])
* insert Item(exercise-minutes, decimal, true, [[运动(分钟/次)]])
* insert Item(staple-food, decimal, true, [[主食(克/天)]])
* insert Item(psychological, choice, true, [[心理调整]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/good-fair-poor"
* insert Item(advice, choice, true, [[遵医行为]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/good-fair-poor"
* insert Item(fasting-glucose, group, true, [[空腹血糖]])
* insert SubItem(fasting-glucose-plasma, decimal, false, [[空腹血糖,静脉血浆(mmol/L)]])
* item[=].item[=].code[+] = $loinc#14771-0 "Fasting glucose [Moles/volume] in Serum or Plasma"
* insert SubItemUnit(mmol/L, [[mmol/L]])
* insert SubExtract
* insert SubItem(fasting-glucose-capillary, decimal, false, [[空腹血糖,指尖血(mmol/L)]])
* item[=].item[=].code[+] = $loinc#14743-9 "Glucose [Moles/volume] in Capillary blood by Glucometer"
* insert SubItemUnit(mmol/L, [[mmol/L]])
* insert SubExtract
* insert Item(hba1c, decimal, false, [[糖化血红蛋白(%)]])
* item[=].code[+] = $loinc#4548-4 "Hemoglobin A1c/Hemoglobin.total in Blood"
* insert ItemUnit(%, [[%]])
* insert Extract
* insert Item(tests, text, false, [[其他辅助检查]])
* insert Item(adherence, choice, true, [[服药依从性]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/medication-adherence"
* insert Item(adverse-reaction, choice, true, [[药物不良反应]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/adverse-reaction"
* insert Item(adverse-reaction-text, string, false, [[不良反应描述]])
* insert Item(hypoglycaemia, choice, true, [[低血糖反应]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/hypoglycaemia"
* insert Item(class, choice, false, [[此次随访分类]])
* insert Extract
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/follow-up-class"
* insert Item(medication, group, false, [[用药情况]])
* item[=].repeats = true
* insert SubItem(medication-name, string, false, [[药物名称]])
* insert SubItem(medication-use, string, false, [[用法用量]])
* insert Item(referral, group, false, [[转诊]])
* insert SubItem(referral-reason, choice, false, [[转诊原因]])
* item[=].item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/follow-up-referral-reason"
* item[=].item[=].repeats = true
* insert SubItem(referral-to, string, false, [[转诊机构及科别]])
* insert Item(next-due, date, false, [[下次随访日期]])
* insert Item(doctor, string, true, [[随访医生]])

Instance: mental-disorder-follow-up
InstanceOf: Questionnaire
Usage: #definition
Title: "Severe mental disorder follow-up (严重精神障碍患者随访服务记录表)"
* insert FormOf(mental-disorder-follow-up, MentalDisorderFollowUp, [[Severe mental disorder follow-up (严重精神障碍患者随访服务记录表)]])
* status = #draft
* experimental = true
* description = "What decides the class of a severe mental disorder at a visit, and what follows. The published form was not at hand: its other items are not here. Draft."
* insert Item(visit-date, date, true, [[随访日期]])
* insert Item(method, choice, true, [[随访方式]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/follow-up-method"
* insert Item(risk, choice, true, [[危险性评估]])
* insert Extract
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/mental-disorder-risk"
* insert Item(symptoms-gone, boolean, true, [[精神症状基本消失]])
* insert Item(insight, boolean, true, [[自知力基本恢复]])
* insert Item(social-function, choice, true, [[社会功能]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/good-fair-poor"
* insert Item(restraint, choice, false, [[关锁情况]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/restraint"
* insert Item(somatic-disease, string, false, [[严重躯体疾病]])
* insert Item(adherence, choice, true, [[服药依从性]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/medication-adherence"
* insert Item(adverse-reaction, choice, true, [[药物不良反应]])
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/adverse-reaction"
* insert Item(adverse-reaction-text, string, false, [[不良反应描述]])
* insert Item(mental-class, choice, false, [[此次随访分类]])
* insert Extract
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/mental-disorder-class"
* insert Item(medication, group, false, [[用药情况]])
* item[=].repeats = true
* insert SubItem(medication-name, string, false, [[药物名称]])
* insert SubItem(medication-use, string, false, [[用法用量]])
* insert Item(referral, group, false, [[转诊]])
* insert SubItem(referral-text, string, false, [[转诊原因]])
* insert SubItem(referral-to, string, false, [[转诊机构及科别]])
* insert Item(next-due, date, false, [[下次随访日期]])
* insert Item(doctor, string, true, [[随访医生]])

Instance: self-care-assessment
InstanceOf: Questionnaire
Usage: #definition
Title: "Self-care assessment (老年人生活自理能力评估表)"
* insert FormOf(self-care-assessment, SelfCareAssessment, [[Self-care assessment (老年人生活自理能力评估表)]])
* status = #draft
* experimental = true
* description = "Five activities of daily life with their points; 0 to 3 points are independent, 4 to 8 mild, 9 to 18 moderate dependence, 19 and more dependent. Not confirmed against the published form: draft."
* insert Item(visit-date, date, true, [[评估日期]])
* insert Item(eating, choice, true, [[进餐]])
* insert Scored(a, 0)
* insert Scored(b, 0)
* insert Scored(c, 3)
* insert Scored(d, 5)
* insert Item(washing, choice, true, [[梳洗]])
* insert Scored(a, 0)
* insert Scored(b, 1)
* insert Scored(c, 3)
* insert Scored(d, 7)
* insert Item(dressing, choice, true, [[穿衣]])
* insert Scored(a, 0)
* insert Scored(b, 0)
* insert Scored(c, 3)
* insert Scored(d, 5)
* insert Item(toilet, choice, true, [[如厕]])
* insert Scored(a, 0)
* insert Scored(b, 1)
* insert Scored(c, 5)
* insert Scored(d, 10)
* insert Item(moving, choice, true, [[活动]])
* insert Scored(a, 0)
* insert Scored(b, 1)
* insert Scored(c, 5)
* insert Scored(d, 10)
* insert Item(self-care-score, integer, true, [[总评分]])
* insert Extract
* insert Item(self-care-level, choice, true, [[评估结果]])
* insert Extract
* item[=].answerValueSet = "https://xiantong.example/fhir/ValueSet/self-care-level"
* insert Item(doctor, string, true, [[评估医生]])
