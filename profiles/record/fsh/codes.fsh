CodeSystem: IdentityState
Id: identity-state
Title: "State of an identity (居民身份状态)"
Description: "How sure it is who a record is about; Patient.meta.tag."
* insert Codes
* insert C(temporary, [[Temporary]], [[临时]], [[Recorded at birth or in an emergency, without an identity document.]])
* insert C(unverified, [[Not verified]], [[待核验]], [[A document was named and not checked.]])
* insert C(verified, [[Verified]], [[正式]], [[The identity was checked.]])
* insert C(frozen, [[Frozen]], [[冻结]], [[In dispute; not used until that is settled.]])

ValueSet: IdentityStateVS
Id: identity-state
Title: "State of an identity (居民身份状态)"
Description: "All codes of the system."
* insert Published
* include codes from system IdentityState

CodeSystem: VerificationMethod
Id: identity-verification-method
Title: "Way of verifying an identity (身份核验方式)"
Description: "How an identity was checked."
* insert Codes
* insert C(id-card-reader, [[Identity card read]], [[读取身份证]], [[The chip of the identity card was read.]])
* insert C(health-card, [[Health card read]], [[读取健康卡]], [[The health card or its code was read.]])
* insert C(real-name, [[Real-name check]], [[实名核验]], [[Checked with an authority for real names.]])
* insert C(document, [[Document seen]], [[查验证件]], [[Another document was seen.]])
* insert C(witness, [[Vouched for]], [[他人证明]], [[Somebody vouched for the person.]])

ValueSet: VerificationMethodVS
Id: identity-verification-method
Title: "Way of verifying an identity (身份核验方式)"
Description: "All codes of the system."
* insert Published
* include codes from system VerificationMethod

CodeSystem: IdentityReviewInput
Id: identity-review-input
Title: "Input of an identity review (身份核对输入)"
Description: "What whoever reviews two records is told."
* insert Codes
* insert C(other-record, [[Other record]], [[另一份档案]], [[The record that may be of the same person.]])
* insert C(grade, [[Grade]], [[匹配等级]], [[How sure the match is, by the match grades of FHIR.]])
* insert C(score, [[Score]], [[匹配概率]], [[The chance that both records are one person's, from 0 to 1.]])
* insert C(compared, [[Compared]], [[比对结果]], [[How one field of the two compares.]])

ValueSet: IdentityReviewInputVS
Id: identity-review-input
Title: "Input of an identity review (身份核对输入)"
Description: "All codes of the system."
* insert Published
* include codes from system IdentityReviewInput

CodeSystem: HealthMark
Id: health-mark
Title: "Personal health mark (个人健康标识)"
Description: "The marks on the first page of the national health record."
* insert Codes
* insert C(maternal-child, [[Maternal and child]], [[妇幼]], [[Maternal and child.]])
* insert C(older-person, [[Older person]], [[老年]], [[Older person.]])
* insert C(chronic-disease, [[Chronic and major disease]], [[慢病重点疾病]], [[Chronic and major disease.]])
* insert C(notifiable-disease, [[Notifiable infectious disease]], [[法定传染病]], [[Notifiable infectious disease.]])
* insert C(body-weight, [[Body weight]], [[体重]], [[Body weight.]])
* insert C(blood-group, [[Blood group]], [[血型]], [[Blood group.]])

ValueSet: HealthMarkVS
Id: health-mark
Title: "Personal health mark (个人健康标识)"
Description: "All codes of the system."
* insert Published
* include codes from system HealthMark

CodeSystem: FirstPageSection
Id: first-page-section
Title: "Section of the first page (档案首页栏目)"
Description: "Sections of the first page that LOINC has no code for."
* insert Codes
* insert C(health-marks, [[Personal health marks]], [[个人健康标识]], [[Personal health marks.]])
* insert C(responsibility, [[Contract and responsible doctor]], [[签约与责任医生]], [[Contract and responsible doctor.]])
* insert C(open-tasks, [[Open tasks]], [[待办服务]], [[Open tasks.]])

ValueSet: FirstPageSectionVS
Id: first-page-section
Title: "Section of the first page (档案首页栏目)"
Description: "All codes of the system."
* insert Published
* include codes from system FirstPageSection

CodeSystem: FirstPageElement
Id: first-page-element
Title: "Element of the first page (档案首页项目)"
Description: "What a first page is complete with."
* insert Codes
* insert C(resident-id, [[Resident identity number]], [[居民身份证号]], [[Resident identity number.]])
* insert C(name, [[Name]], [[姓名]], [[Name.]])
* insert C(gender, [[Sex]], [[性别]], [[Sex.]])
* insert C(birth-date, [[Date of birth]], [[出生日期]], [[Date of birth.]])
* insert C(phone, [[Phone number]], [[联系电话]], [[Phone number.]])
* insert C(address, [[Address]], [[现住址]], [[Address.]])
* insert C(ethnicity, [[Ethnic group]], [[民族]], [[Ethnic group.]])
* insert C(residence-type, [[Residence type]], [[常住类型]], [[Residence type.]])
* insert C(health-record-number, [[Health record number]], [[健康档案编号]], [[Health record number.]])
* insert C(marital-status, [[Marital status]], [[婚姻状况]], [[Marital status.]])
* insert C(responsible-institution, [[Responsible institution]], [[责任机构]], [[Responsible institution.]])
* insert C(responsible-doctor, [[Responsible doctor]], [[责任医生]], [[Responsible doctor.]])
* insert C(blood-group, [[Blood group]], [[血型]], [[Blood group.]])
* insert C(allergies, [[Allergies]], [[过敏史]], [[Allergies, or that there is none.]])
* insert C(problems, [[Problems]], [[既往史与健康问题]], [[Problems, or that there is none.]])
* insert C(contract, [[Family-doctor contract]], [[家庭医生签约]], [[Family-doctor contract.]])

ValueSet: FirstPageElementVS
Id: first-page-element
Title: "Element of the first page (档案首页项目)"
Description: "All codes of the system."
* insert Published
* include codes from system FirstPageElement

CodeSystem: SharedDocumentType
Id: shared-document-type
Title: "Type of a shared document (电子病历共享文档类型)"
Description: "The 53 parts of WS/T 500-2016. The numbers C0001 to C0053 are published; which name belongs to which was not confirmed: draft."
* insert Codes
* insert Experimental
* insert C(C0001, [[Medical record summary]], [[病历概要]], [[Medical record summary.]])
* insert C(C0002, [[Outpatient or emergency record]], [[门(急)诊病历]], [[Outpatient or emergency record.]])
* insert C(C0003, [[Emergency observation record]], [[急诊留观病历]], [[Emergency observation record.]])
* insert C(C0004, [[Prescription of Western medicine]], [[西药处方]], [[Prescription of Western medicine.]])
* insert C(C0005, [[Prescription of Chinese medicine]], [[中药处方]], [[Prescription of Chinese medicine.]])
* insert C(C0006, [[Examination report]], [[检查报告]], [[Examination report.]])
* insert C(C0007, [[Laboratory report]], [[检验报告]], [[Laboratory report.]])
* insert C(C0008, [[Treatment record]], [[治疗记录]], [[Treatment record.]])
* insert C(C0009, [[Operation record]], [[一般手术记录]], [[Operation record.]])
* insert C(C0010, [[Visit before anaesthesia]], [[麻醉术前访视记录]], [[Visit before anaesthesia.]])
* insert C(C0011, [[Anaesthesia record]], [[麻醉记录]], [[Anaesthesia record.]])
* insert C(C0012, [[Visit after anaesthesia]], [[麻醉术后访视记录]], [[Visit after anaesthesia.]])
* insert C(C0013, [[Transfusion record]], [[输血记录]], [[Transfusion record.]])
* insert C(C0014, [[Labour record]], [[待产记录]], [[Labour record.]])
* insert C(C0015, [[Vaginal delivery record]], [[阴道分娩记录]], [[Vaginal delivery record.]])
* insert C(C0016, [[Caesarean section record]], [[剖宫产记录]], [[Caesarean section record.]])
* insert C(C0017, [[Nursing record]], [[一般护理记录]], [[Nursing record.]])
* insert C(C0018, [[Nursing record of the critically ill]], [[病重(病危)护理记录]], [[Nursing record of the critically ill.]])
* insert C(C0019, [[Operation nursing record]], [[手术护理记录]], [[Operation nursing record.]])
* insert C(C0020, [[Vital signs record]], [[生命体征测量记录]], [[Vital signs record.]])
* insert C(C0021, [[Fluid balance record]], [[出入量记录]], [[Fluid balance record.]])
* insert C(C0022, [[Use of costly consumables]], [[高值耗材使用记录]], [[Use of costly consumables.]])
* insert C(C0023, [[Admission assessment]], [[入院评估]], [[Admission assessment.]])
* insert C(C0024, [[Nursing plan]], [[护理计划]], [[Nursing plan.]])
* insert C(C0025, [[Discharge assessment and guidance]], [[出院评估与指导]], [[Discharge assessment and guidance.]])
* insert C(C0026, [[Consent to operation]], [[手术知情同意书]], [[Consent to operation.]])
* insert C(C0027, [[Consent to anaesthesia]], [[麻醉知情同意书]], [[Consent to anaesthesia.]])
* insert C(C0028, [[Consent to transfusion]], [[输血治疗同意书]], [[Consent to transfusion.]])
* insert C(C0029, [[Consent to special examination or treatment]], [[特殊检查及特殊治疗同意书]], [[Consent to special examination or treatment.]])
* insert C(C0030, [[Notice of critical illness]], [[病危(重)通知书]], [[Notice of critical illness.]])
* insert C(C0031, [[Other consent]], [[其他知情告知同意书]], [[Other consent.]])
* insert C(C0032, [[Inpatient first page]], [[住院病案首页]], [[Inpatient first page.]])
* insert C(C0033, [[Inpatient first page of Chinese medicine]], [[中医住院病案首页]], [[Inpatient first page of Chinese medicine.]])
* insert C(C0034, [[Admission record]], [[入院记录]], [[Admission record.]])
* insert C(C0035, [[Admission and discharge within 24 hours]], [[24小时内入出院记录]], [[Admission and discharge within 24 hours.]])
* insert C(C0036, [[Death within 24 hours of admission]], [[24小时内入院死亡记录]], [[Death within 24 hours of admission.]])
* insert C(C0037, [[First progress note]], [[首次病程记录]], [[First progress note.]])
* insert C(C0038, [[Progress note]], [[日常病程记录]], [[Progress note.]])
* insert C(C0039, [[Ward round of a senior doctor]], [[上级医师查房记录]], [[Ward round of a senior doctor.]])
* insert C(C0040, [[Discussion of a difficult case]], [[疑难病例讨论记录]], [[Discussion of a difficult case.]])
* insert C(C0041, [[Shift handover]], [[交接班记录]], [[Shift handover.]])
* insert C(C0042, [[Transfer of department]], [[转科记录]], [[Transfer of department.]])
* insert C(C0043, [[Interim summary]], [[阶段小结]], [[Interim summary.]])
* insert C(C0044, [[Resuscitation record]], [[抢救记录]], [[Resuscitation record.]])
* insert C(C0045, [[Consultation record]], [[会诊记录]], [[Consultation record.]])
* insert C(C0046, [[Summary before operation]], [[术前小结]], [[Summary before operation.]])
* insert C(C0047, [[Discussion before operation]], [[术前讨论]], [[Discussion before operation.]])
* insert C(C0048, [[First note after operation]], [[术后首次病程记录]], [[First note after operation.]])
* insert C(C0049, [[Discharge record]], [[出院记录]], [[Discharge record.]])
* insert C(C0050, [[Death record]], [[死亡记录]], [[Death record.]])
* insert C(C0051, [[Discussion of a death]], [[死亡病例讨论记录]], [[Discussion of a death.]])
* insert C(C0052, [[Inpatient orders]], [[住院医嘱]], [[Inpatient orders.]])
* insert C(C0053, [[Discharge summary]], [[出院小结]], [[Discharge summary.]])

ValueSet: SharedDocumentTypeVS
Id: shared-document-type
Title: "Type of a shared document (电子病历共享文档类型)"
Description: "All codes of the system."
* insert Experimental
* include codes from system SharedDocumentType
