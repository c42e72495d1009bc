// ---- Code systems of the county, each with the value set of all its codes.

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
* insert C(unit-not-comparable, [[Unit not comparable]], [[计量单位不可比]], [[The unit cannot be converted to the unit of the catalogue, or the method class differs.]])
* insert C(identity-uncertain, [[Identity uncertain]], [[患者身份不确定]], [[The patient of the result is not surely the patient of the order.]])
* insert C(not-final, [[Not final]], [[报告未审核]], [[The result or its report is not final, amended or corrected.]])
* insert C(not-in-catalogue, [[Not in the catalogue]], [[不在互认目录]], [[The ordered item is not in the county's catalogue of recognisable items.]])
* insert C(item-mismatch, [[Different item]], [[项目不一致]], [[The result is of another analyte, specimen or method class.]])
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

CodeSystem: CareSetting
Id: care-setting
Title: "Care setting (就诊场景)"
Description: "Where the patient is treated when an examination is ordered; it selects the recognition window."
* insert Codes
* insert C(outpatient, [[Outpatient]], [[门诊]], [[Outpatient care, including family doctors and village clinics.]])
* insert C(inpatient, [[Inpatient]], [[住院]], [[Inpatient care.]])
* insert C(emergency, [[Emergency]], [[急诊]], [[Emergency care.]])

ValueSet: CareSettingVS
Id: care-setting
Title: "Care setting (就诊场景)"
Description: "All care settings."
* insert Published
* include codes from system CareSetting

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

CodeSystem: CountyTaskCode
Id: county-task-code
Title: "County task (县域任务类型)"
Description: "What a Task of the county is for."
* insert Codes
* insert C(recognition-decision, [[Recognition decision]], [[检查检验结果互认决定]], [[A doctor decides whether an earlier result is used instead of a new examination.]])

ValueSet: CountyTaskCodeVS
Id: county-task-code
Title: "County task (县域任务类型)"
Description: "All tasks of the county."
* insert Published
* include codes from system CountyTaskCode

CodeSystem: CountyBasicCode
Id: county-basic-code
Title: "County record (县域记录类型)"
Description: "What a Basic resource of the county records."
* insert Codes
* insert C(quality-evidence, [[Quality evidence]], [[质控依据]], [[How a laboratory did in one cycle of a quality programme.]])

ValueSet: CountyBasicCodeVS
Id: county-basic-code
Title: "County record (县域记录类型)"
Description: "All kinds of Basic resource of the county."
* insert Published
* include codes from system CountyBasicCode

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
* insert C(explained-at, [[Time of the explanation]], [[告知时间]], [[When the patient or the family was told.]])

ValueSet: CountyDecisionOutputVS
Id: county-decision-output
Title: "Decision output (决定输出)"
Description: "All outputs of a decision."
* insert Published
* include codes from system CountyDecisionOutput

CodeSystem: ResidenceTypeCS
Id: residence-type
Title: "Residence type (常住类型)"
Description: "Whether a resident is registered where he or she lives. Numbering of the national personal information form, not confirmed against the published form: draft."
* insert Codes
* insert Experimental
* insert C(1, [[Registered]], [[户籍]], [[Household registration at the place of residence.]])
* insert C(2, [[Not registered]], [[非户籍]], [[Household registration elsewhere.]])

ValueSet: ResidenceTypeVS
Id: residence-type
Title: "Residence type (常住类型)"
Description: "All residence types."
* insert Experimental
* include codes from system ResidenceTypeCS

// ---- Names of the rules behind OperationOutcome.issue.details.

RuleSet: Rule(code, display, zh, definition, constraint)
* insert C({code}, [[{display}]], [[{zh}]], [[{definition}]])
* #{code} ^property[0].code = #constraint
* #{code} ^property[0].valueString = "{constraint}"

CodeSystem: CountyOutcome
Id: county-outcome
Title: "County outcome (县域规则名称)"
Description: "Stable names of the rules that a request can break, as given in OperationOutcome.issue.details. Where the rule is an invariant of a profile, the property `constraint` names its key. The names up to more-issues are those of FHIR itself: shape, cardinality, bindings, references."
* insert Codes
* ^property[0].code = #constraint
* ^property[0].description = "Key of the profile invariant that states this rule"
* ^property[0].type = #string
* insert C(resource-type, [[Resource type unknown]], [[资源类型未知]], [[resourceType is missing or names no FHIR R4 resource.]])
* insert C(json-type, [[Wrong kind of JSON value]], [[JSON值的种类错误]], [[An object, a string, a number or a boolean stands where FHIR has another.]])
* insert C(primitive-format, [[Value is badly written]], [[值的格式错误]], [[A primitive value has the form of its FHIR type.]])
* insert C(null-value, [[Null is not allowed]], [[不得为null]], [[null stands only in arrays, beside a sibling that says more.]])
* insert C(empty-element, [[Element is empty]], [[元素为空]], [[Strings, objects and arrays that are present hold something.]])
* insert C(array-expected, [[Array expected]], [[应为数组]], [[An element that may repeat is an array.]])
* insert C(array-unexpected, [[Array not expected]], [[不应为数组]], [[An element that may not repeat is no array.]])
* insert C(sibling-length, [[Arrays differ in length]], [[数组长度不一致]], [[A repeating primitive and its sibling with an underscore have the same length.]])
* insert C(unknown-element, [[Unknown element]], [[未知元素]], [[FHIR R4 has no element of this name here.]])
* insert C(choice-conflict, [[Two types of one element]], [[同一元素出现两种类型]], [[An element with a choice of types has one of them.]])
* insert C(cardinality-min, [[Element missing]], [[缺少元素]], [[An element appears at least as often as the definition says.]])
* insert C(cardinality-max, [[Element appears too often]], [[元素出现过多]], [[An element appears at most as often as the definition says.]])
* insert C(type-not-allowed, [[Type not allowed]], [[类型不允许]], [[The value has one of the types that the profile allows.]])
* insert C(fixed-value, [[Not the fixed value]], [[与固定值不符]], [[The value is exactly the one that the profile fixes.]])
* insert C(pattern, [[Not the required pattern]], [[与规定模式不符]], [[The value contains what the profile lays down.]])
* insert C(min-value, [[Value too small]], [[值过小]], [[The value is not below the least one allowed.]])
* insert C(max-value, [[Value too large]], [[值过大]], [[The value is not above the greatest one allowed.]])
* insert C(max-length, [[Text too long]], [[文本过长]], [[The text is not longer than allowed.]])
* insert C(binding-required, [[Code is not of the value set]], [[代码不在值集内]], [[A required binding is met by one of the codes.]])
* insert C(binding-extensible, [[Code is not of the value set where one may fit]], [[代码不在宜用的值集内]], [[An extensible binding is met by one of the codes, unless none fits.]])
* insert C(binding-preferred, [[Code is not of the preferred value set]], [[代码不在推荐值集内]], [[A preferred binding recommends one of the codes.]])
* insert C(binding-max, [[Code is outside of the greatest value set]], [[代码超出最大值集]], [[A code is of the maximum value set, whatever the strength of the binding.]])
* insert C(code-unknown, [[Unknown code]], [[未知代码]], [[A code is one of the code system that it names.]])
* insert C(coding-system, [[Code without a proper system]], [[代码缺少有效的编码体系]], [[A code names its code system by an absolute URI.]])
* insert C(coding-display, [[Display is not that of the code]], [[名称与代码不符]], [[The display is a name that the code system gives the code.]])
* insert C(slice-min, [[Slice missing]], [[缺少切片]], [[The profile demands an element of this kind.]])
* insert C(slice-max, [[Slice appears too often]], [[切片出现过多]], [[There are not more elements of this kind than the profile allows.]])
* insert C(slice-closed, [[Element outside of the slices]], [[元素不属于任何切片]], [[Every element belongs to one of the slices of a closed list.]])
* insert C(slice-order, [[Slices out of order]], [[切片顺序错误]], [[Elements follow the order of the slices.]])
* insert C(reference-format, [[Reference is badly written]], [[引用格式错误]], [[A reference is Type/id, a URL, a urn or a fragment.]])
* insert C(reference-type, [[Reference contradicts its type]], [[引用与其类型不符]], [[Reference.type names the type that the reference shows.]])
* insert C(reference-target, [[Reference to a wrong type]], [[引用的目标类型错误]], [[The element refers to one of the types that are allowed.]])
* insert C(reference-missing, [[Reference leads nowhere]], [[引用的资源不存在]], [[The resource that a reference names is there, where the county demands it.]])
* insert C(still-referenced, [[Others refer to the resource]], [[仍被其他资源引用]], [[What is deleted is not referred to any more.]])
* insert C(reference-profile, [[Target is not as the profile demands]], [[引用目标不符合规范]], [[A target that is at hand conforms to the profile that is demanded of it.]])
* insert C(reference-aggregation, [[Target in the wrong place]], [[引用目标的位置不符]], [[The target is contained, bundled or apart, as the profile says.]])
* insert C(reference-versioning, [[Reference with or without a version]], [[引用的版本写法不符]], [[A reference names a version, or none, as the profile says.]])
* insert C(bundle-full-url, [[Wrong fullUrl]], [[fullUrl错误]], [[An entry has an absolute fullUrl that agrees with its resource.]])
* insert C(bundle-reference, [[Entry missing]], [[缺少条目]], [[A document or message has the resources that it is about.]])
* insert C(bundle-unlinked, [[Entry without connection]], [[条目无关联]], [[References connect every entry of a document or message with the first.]])
* insert C(questionnaire-unknown, [[Questionnaire unknown]], [[问卷未知]], [[The questionnaire of a response is known here.]])
* insert C(questionnaire-item, [[Item not of the questionnaire]], [[项目不属于问卷]], [[Items of a response stand where the questionnaire has them.]])
* insert C(questionnaire-order, [[Items out of order]], [[项目顺序错误]], [[Items of a response follow the order of the questionnaire.]])
* insert C(questionnaire-required, [[Answer missing]], [[缺少答案]], [[What the questionnaire requires is answered.]])
* insert C(questionnaire-repeats, [[Too many answers]], [[答案过多]], [[There are as many answers as the question takes.]])
* insert C(questionnaire-answer, [[Wrong answer]], [[答案不符]], [[An answer is of the type, the length and the options of its question.]])
* insert C(questionnaire-disabled, [[Answer to what is not asked]], [[回答了不应提问的问题]], [[What other answers disable is not answered.]])
* insert C(questionnaire-text, [[Text of another question]], [[问题文本不一致]], [[The text of an item is that of its question.]])
* insert C(extension-context, [[Extension out of place]], [[扩展位置错误]], [[A known extension stands where its definition allows it.]])
* insert C(attachment-data, [[Data contradicts the attachment]], [[附件数据与说明不符]], [[Size and hash of an attachment are those of its data.]])
* insert C(contained-id, [[Contained id is taken]], [[内含资源id重复]], [[The ids of contained resources differ within a resource.]])
* insert C(contained-meta, [[Contained resource with version fields]], [[内含资源带版本信息]], [[A contained resource has no versionId, lastUpdated or security.]])
* insert C(contained-nested, [[Contained resource inside another]], [[内含资源嵌套]], [[A contained resource contains no other.]])
* insert C(contained-unreferenced, [[Contained resource is not referred to]], [[内含资源未被引用]], [[A contained resource is referred to, or refers to its container.]])
* insert C(profile-unknown, [[Unknown profile]], [[未知的规范]], [[meta.profile names a profile that this server does not have.]])
* insert C(profile-type, [[Profile of another type]], [[规范类型不符]], [[A profile that is claimed is one of the resource's own type.]])
* insert C(profile-none, [[No profile fits]], [[不符合任何规范]], [[The value fits at least one of the profiles that are allowed.]])
* insert C(profile-version, [[Another version of the profile]], [[规范版本不同]], [[The version of a profile that a resource states is the one known here.]])
* insert C(more-issues, [[More issues]], [[还有更多问题]], [[Only the first issues are listed.]])
* insert Rule(resident-id-invalid, [[Resident identity number is invalid]], [[居民身份证号无效]], [[18 characters: area, a real birth date that is not in the future, sequence, check character.]], county-resident-id)
* insert Rule(health-record-invalid, [[Health record number is invalid]], [[健康档案编号无效]], [[17 digits.]], county-health-record)
* insert Rule(social-credit-invalid, [[Unified social credit code is invalid]], [[统一社会信用代码无效]], [[18 characters of the code's alphabet with a right check character.]], county-social-credit)
* insert Rule(person-name-missing, [[Name missing]], [[缺少姓名]], [[A name needs text or a family name.]], county-person-name)
* insert Rule(encounter-start-missing, [[Start of the encounter missing]], [[缺少就诊开始时间]], [[An encounter that is neither planned nor cancelled has begun.]], county-encounter-start)
* insert Rule(result-value-missing, [[Result missing]], [[缺少检验结果]], [[A result has a value or says why it has none.]], county-result-value)
* insert Rule(result-unit-missing, [[Unit is not UCUM]], [[缺少UCUM单位]], [[Quantities carry a UCUM code.]], county-result-unit)
* insert Rule(report-without-result, [[Final report without results]], [[已审核报告无结果]], [[A final report lists its results.]], county-report-result)
* insert Rule(recognition-mark-without-evidence, [[Recognition mark without quality evidence]], [[互认标识缺少质控依据]], [[A mark rests on quality evidence.]], county-mark-evidence)
* insert Rule(recognition-area-invalid, [[Area of the mark is invalid]], [[互认区域代码无效]], [[An area is six digits of GB/T 2260.]], county-mark-area)
* insert Rule(evidence-period-open, [[Validity of the evidence is open]], [[质控依据有效期不完整]], [[Evidence is valid from a day to a day.]], county-evidence-period)
* insert Rule(recheck-reason-unlisted, [[Reason for repeating is not listed]], [[复检原因不在目录]], [[A denial names a listed reason.]], county-denial-reason)
* insert Rule(explanation-missing, [[Explanation to the patient missing]], [[缺少对患者的说明]], [[A denial records what the patient was told.]], county-denial-explanation)
* insert Rule(revocation-reason-missing, [[Reason for revoking missing]], [[缺少撤销原因]], [[A revoked decision says why.]], county-revocation-reason)
* insert Rule(recognition-outcome-missing, [[Outcome missing]], [[缺少互认结论]], [[A completed decision has the outcome recognized.]], county-recognition-outcome)
* insert C(recognition-decision-final, [[Decision is final]], [[互认决定已生效]], [[A decision that was made is not changed; revoke it.]])
* insert C(recognition-not-eligible, [[Result is not eligible]], [[结果不符合互认条件]], [[The rules exclude this result from recognition.]])
* insert C(audit-record-final, [[Audit record is final]], [[审计记录不可更改]], [[The server's own AuditEvents are never written or changed by anybody.]])
* insert C(search-parameter-unusable, [[Search parameter cannot be used]], [[检索参数无法启用]], [[An active SearchParameter has a type, a code, bases and an expression that this server can index.]])
* insert C(search-parameter-taken, [[Search parameter exists already]], [[检索参数已存在]], [[One code means one thing for each resource type.]])
* insert C(canonical-of-package, [[Defined by a package of the server]], [[由服务器自带的包定义]], [[What the server's own packages define is not defined again with other content.]])
* insert C(profile-unusable, [[Profile cannot be checked by]], [[规范无法用于校验]], [[The constraints of a stored profile are FHIRPath, and its snapshot is there or can be made.]])
* insert ContractRules
* insert TaskRules
* insert RecordRules

ValueSet: CountyOutcomeVS
Id: county-outcome
Title: "County outcome (县域规则名称)"
Description: "All rule names."
* insert Published
* include codes from system CountyOutcome

// ---- Value sets over the national tables in terminology/.

ValueSet: GenderGbVS
Id: gender-gb
Title: "Gender, GB/T 2261.1 (性别)"
Description: "National gender codes."
* insert Published
* include codes from system $gb-gender

ValueSet: MaritalStatusGbVS
Id: marital-status-gb
Title: "Marital status, GB/T 2261.2 (婚姻状况)"
Description: "National marital status codes."
* insert Published
* include codes from system $gb-marital-status

ValueSet: EthnicityVS
Id: ethnicity
Title: "Ethnic group, GB/T 3304 (民族)"
Description: "National codes of ethnic groups."
* insert Published
* include codes from system $gb-ethnicity

ValueSet: EducationVS
Id: education
Title: "Education, GB/T 4658 (学历)"
Description: "National education codes."
* insert Published
* include codes from system $gb-education

ValueSet: FamilyRelationVS
Id: family-relation
Title: "Family relation, GB/T 4761 (家庭关系)"
Description: "National family relation codes."
* insert Published
* include codes from system $gb-family-relation

ValueSet: DocumentTypeVS
Id: identity-document-type
Title: "Identity document type, CV02.01.101 (身份证件类别)"
Description: "National identity document types, 2011 edition."
* insert Published
* include codes from system $ws-document-type

ValueSet: InstitutionTypeVS
Id: institution-type
Title: "Institution type, WS 218 (卫生机构类别)"
Description: "National classification of health institutions."
* insert Published
* include codes from system $ws-institution-type

ValueSet: RecognitionItemVS
Id: recognition-item
Title: "Recognisable item (互认项目)"
Description: "The county's catalogue of recognisable laboratory items."
* insert Experimental
* include codes from system https://xiantong.example/fhir/CodeSystem/recognition-item

ValueSet: LabOrderIntentVS
Id: lab-order-intent
Title: "Intent of a laboratory order (检验申请意图)"
Description: "Orders proper: no proposals, plans or options."
* insert Published
* $request-intent#order
* $request-intent#original-order
* $request-intent#reflex-order
* $request-intent#filler-order
* $request-intent#instance-order
