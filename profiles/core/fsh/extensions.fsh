Extension: Ethnicity
Id: ethnicity
Title: "Ethnic group (民族)"
Description: "The resident's ethnic group by GB/T 3304."
Context: Patient
* insert Published
* value[x] 1..1
* value[x] only Coding
* valueCoding from EthnicityVS (extensible)
* valueCoding.code 1..1

Extension: GenderGb
Id: gender-gb
Title: "Gender by GB/T 2261.1 (性别代码)"
Description: "The national gender code as it came; Patient.gender carries the international one."
Context: Patient, Patient.gender
* insert Published
* value[x] 1..1
* value[x] only Coding
* valueCoding from GenderGbVS (required)
* valueCoding.code 1..1

Extension: ResidenceType
Id: residence-type
Title: "Residence type (常住类型)"
Description: "Whether the resident is registered at the place of residence."
Context: Patient
* insert Experimental
* value[x] 1..1
* value[x] only Coding
* valueCoding from ResidenceTypeVS (extensible)
* valueCoding.code 1..1

Extension: OriginalSystem
Id: original-system
Title: "System as it came (原始标识系统)"
Description: "The system of an identifier as it was sent, where it means the same as the system that stands there now."
Context: Identifier
* insert Published
* value[x] 1..1
* value[x] only uri

Extension: OriginalValue
Id: original-value
Title: "Value as it came (原始标识值)"
Description: "The value of an identifier as it was sent, where only its spelling differs from the value that stands there now: full-width characters, spaces around it, a small x."
Context: Identifier
* insert Published
* value[x] 1..1
* value[x] only string
