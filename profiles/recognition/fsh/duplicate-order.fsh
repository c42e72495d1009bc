Profile: CountyDuplicateOrder
Parent: DetectedIssue
Id: county-duplicate-order
Title: "Duplicate order (重复检查检验提示)"
Description: "An order for which a valid result exists and nobody has decided. It is shown, it blocks nothing: the doctor decides, and the decision is the mitigation."
* insert Published
* status MS
* code 1..1 MS
* code = CountyDetectedIssue#duplicate-order
* patient 1..1 MS
* identified[x] 1..1 MS
* implicated 2..* MS
* implicated ^short = "The order and the earlier results (申请单与既往结果)"
* mitigation MS
* mitigation ^short = "What the doctor decided (医生的处理)"
