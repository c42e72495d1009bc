// ---- Code systems of the county, each with the value set of all its codes.

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

CodeSystem: CountyTaskCode
Id: county-task-code
Title: "County task (县域任务类型)"
Description: "What a Task of the county is for."
* insert Codes
* insert C(recognition-decision, [[Recognition decision]], [[检查检验结果互认决定]], [[A doctor decides whether an earlier result is used instead of a new examination.]])
* insert C(referral, [[Referral]], [[转诊]], [[A referral or a consultation is brought from the first doctor to the receiving institution and back.]])
* insert C(referral-escalation, [[Overdue referral]], [[转诊超时督办]], [[A step of a referral was not done in time; the referral centre sees to it.]])
* insert C(shared-examination, [[Examination for a shared centre]], [[分布式检查]], [[One institution takes the specimen, the images or the recording that a centre will read.]])
* insert C(shared-diagnosis, [[Diagnosis by a shared centre]], [[集中式诊断]], [[A shared centre reads what another institution examined.]])
* insert C(contract-renewal, [[Contract runs out]], [[签约到期提醒]], [[A family-doctor contract runs out: renew it, or let the resident choose another team.]])
* insert C(contract-duplicate, [[Two contracts of one person]], [[一人两份签约待核]], [[Records that both have a family-doctor contract in force turned out to be one person's: keep one contract, end the other.]])
* insert C(identity-review, [[Review of an identity]], [[身份核对]], [[Two records may be one person's: somebody decides whether they are.]])
* insert C(identify, [[Identify]], [[身份确认]], [[Somebody was taken in without identity papers, who has to be found out about.]])
* insert C(critical-value, [[Critical value]], [[危急值处理]], [[The orderer acknowledges a critical value before a deadline.]])

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
* insert C(extension-unknown, [[Unknown extension]], [[未知扩展]], [[An extension has an absolute url; one that changes the meaning of an element is known here.]])
* insert C(extension-modifier, [[Extension of the other kind]], [[扩展类别错误]], [[An extension that changes the meaning of an element is a modifierExtension, and no other is.]])
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
* insert RecognitionRules
* insert ReferralRules
* insert C(subset-written-back, [[Part written over the whole]], [[以部分内容覆盖完整资源]], [[What is tagged SUBSETTED is no basis for an update.]])
* insert C(audit-record-final, [[Audit record is final]], [[审计记录不可更改]], [[The server's own AuditEvents are never written or changed by anybody.]])
* insert C(audit-kept-by-law, [[Audit is kept by law]], [[审计日志依法留存]], [[Entries of the audit log of the last six months are not dropped.]])
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
