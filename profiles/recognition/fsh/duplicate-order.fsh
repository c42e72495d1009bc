Extension: AskingInstitution
Id: asking-institution
Title: "Asking institution (申请机构)"
Description: "The institution whose order it is."
Context: DetectedIssue
* insert OneValue([[Reference(Organization)]], [[Whose order it is (申请机构)]])

Profile: CountyDuplicateOrder
Parent: DetectedIssue
Id: county-duplicate-order
Title: "Duplicate order (重复检查检验提示)"
Description: "An order for which a valid result exists and nobody has decided. It is shown, it blocks nothing: the doctor decides, and the decision is the mitigation."
* insert Published
* extension contains AskingInstitution named institution 0..1 MS
* status MS
* status ^short = "preliminary: nobody has decided; final: decided; cancelled: the order was withdrawn (待处理、已处理、已撤单)"
* code 1..1 MS
* code = CountyDetectedIssue#duplicate-order
* patient 1..1 MS
* identified[x] 1..1 MS
* implicated 2..* MS
* implicated ^short = "The order and the earlier results (申请单与既往结果)"
* mitigation MS
* mitigation ^short = "What the doctor decided (医生的处理)"
* evidence MS
* evidence ^short = "What was ordered (申请项目)"
