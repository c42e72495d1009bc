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

Extension: KeptContent
Id: kept-content
Title: "Content that is kept beside the resource (另存内容)"
Description: "Stands in the place of the data of a large Binary. Its bytes are read at the address of the Binary, in whole or in ranges."
Context: Binary.data
* insert Published
* extension contains name 1..1 and size 1..1 and sha1 1..1 and sha256 1..1
* extension[name] ^short = "Name of the content, for the server (内容名称)"
* extension[name].value[x] only string
* extension[name].value[x] 1..1
* extension[size] ^short = "Bytes (字节数)"
* extension[size].value[x] only unsignedInt
* extension[size].value[x] 1..1
* extension[sha1] ^short = "SHA-1 hash, as in Attachment.hash"
* extension[sha1].value[x] only base64Binary
* extension[sha1].value[x] 1..1
* extension[sha256] ^short = "SHA-256 hash"
* extension[sha256].value[x] only base64Binary
* extension[sha256].value[x] 1..1
