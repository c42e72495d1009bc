Invariant: county-mark-evidence
Description: "A recognition mark carries its quality evidence"
Severity: #error
Expression: "extension.where(url = 'evidence').value.exists()"
* insert Zh([[互认标识应附质控依据]])

Invariant: county-mark-area
Description: "The area of a recognition mark is a GB/T 2260 code of six digits"
Severity: #error
Expression: "value.matches('^[1-9][0-9]{5}$')"
* insert Zh([[互认区域为6位行政区划代码(GB/T 2260)]])

Extension: RecognitionMark
Id: recognition-mark
Title: "Recognition mark (互认标识)"
Description: "Says how far a result is to be recognised, as printed on the report, and the quality evidence that the mark rests on."
Context: DiagnosticReport, Observation, ImagingStudy
* insert Published
* obeys county-mark-evidence
* extension contains scope 1..1 and area 0..1 and text 0..1 and evidence 1..1
* extension[scope] ^short = "How far the mark reaches"
* extension[scope].value[x] 1..1
* extension[scope].value[x] only Coding
* extension[scope].valueCoding from RecognitionScopeVS (required)
* extension[scope].valueCoding.code 1..1
* extension[area] ^short = "GB/T 2260 code of the area"
* extension[area].value[x] 1..1
* extension[area].value[x] only code
* extension[area] obeys county-mark-area
* extension[text] ^short = "The mark as printed"
* extension[text].value[x] 1..1
* extension[text].value[x] only string
* extension[evidence] ^short = "Quality evidence of the laboratory for the item"
* extension[evidence].value[x] 1..1
* extension[evidence].value[x] only Reference(CountyQualityEvidence)

Invariant: county-evidence-period
Description: "Quality evidence is valid from a day to a day"
Severity: #error
Expression: "value.start.exists() and value.end.exists()"
* insert Zh([[质控依据有效期应有起止日期]])

Extension: QualityEvidence
Id: quality-evidence
Title: "Quality evidence (质控依据)"
Description: "How the laboratory did in one cycle of a quality programme, for which items, and how long that holds."
Context: Basic
* insert Published
* extension contains programme 1..1 and item 1..* and cycle 1..1 and result 1..1 and period 1..1 and certificate 0..1
* extension[programme] ^short = "The quality programme"
* extension[programme].value[x] 1..1
* extension[programme].value[x] only Coding
* extension[programme].valueCoding from QcProgrammeVS (required)
* extension[programme].valueCoding.code 1..1
* extension[item] ^short = "An item that was evaluated"
* extension[item].value[x] 1..1
* extension[item].value[x] only CodeableConcept
* extension[item].valueCodeableConcept from RecognitionItemVS (preferred)
* extension[item].valueCodeableConcept.coding 1..*
* extension[cycle] ^short = "The cycle, for example 2026-H1"
* extension[cycle].value[x] 1..1
* extension[cycle].value[x] only string
* extension[result] ^short = "How the laboratory did"
* extension[result].value[x] 1..1
* extension[result].value[x] only code
* extension[result].valueCode from QcResultVS (required)
* extension[period] ^short = "From when to when the evidence holds"
* extension[period].value[x] 1..1
* extension[period].value[x] only Period
* extension[period] obeys county-evidence-period
* extension[certificate] ^short = "Number of the certificate"
* extension[certificate].value[x] 1..1
* extension[certificate].value[x] only Identifier
