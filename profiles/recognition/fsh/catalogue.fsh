// What the county recognises, and when two results are of the same thing.

Extension: Comparability
Id: comparability
Title: "Comparability (可比性)"
Description: "What two results must share to be of the same item: specimen and method class, or modality and body site. Items that are accepted in its place are listed."
Context: ObservationDefinition
* insert Published
* extension contains specimen 0..1 and methodClass 0..1 and modality 0..1 and bodySite 0..* and equivalent 0..*
* insert ValueOf(specimen, CodeableConcept, [[Specimen (标本)]])
* insert ValueOf(methodClass, CodeableConcept, [[Class of methods whose results agree (方法类别)]])
* insert ValueOf(modality, Coding, [[Modality by DICOM (影像设备类型)]])
* insert ValueOf(bodySite, CodeableConcept, [[Body site (部位)]])
* insert ValueOf(equivalent, Coding, [[An item that is accepted in its place (等效项目)]])

Invariant: county-window-length
Description: "A recognition window is longer than nothing"
Severity: #error
Expression: "value.value.exists() implies value.value > 0"
* insert Zh([[互认时效应大于0]])

Extension: RecognitionWindow
Id: recognition-window
Title: "Recognition window (互认时效)"
Description: "How old a result may be to be recognised, in one setting. Local policy: the national rules name no window."
Context: ObservationDefinition, PlanDefinition.action
* insert Published
* extension contains setting 1..1 and length 1..1 and area 0..1
* insert ValueOf(setting, code, [[Where the patient is treated (就诊场景)]])
* extension[setting].valueCode from CareSettingVS (required)
* insert ValueOf(length, Duration, [[How old it may be (时效)]])
* extension[length] obeys county-window-length
* extension[length].valueDuration.value 1..1
* extension[length].valueDuration.code 1..1
* insert ValueOf(area, code, [[GB/T 2260 code of the area whose rule it is (适用区域)]])
* extension[area] obeys county-mark-area

Profile: CountyRecognitionItem
Parent: ObservationDefinition
Id: county-recognition-item
Title: "Recognisable item (互认项目)"
Description: "One item of the county's catalogue: its codes, its unit, what makes results comparable and how long they hold."
* insert Published
* extension contains Comparability named comparability 1..1 MS and RecognitionWindow named window 0..* MS
* code MS
* code from RecognitionItemVS (preferred)
* code.coding 1..*
* code ^short = "Item of the catalogue, with its LOINC code where it has one (互认项目代码)"
* method MS
* quantitativeDetails MS
* quantitativeDetails.unit 1..1
* quantitativeDetails.unit ^short = "Unit of comparison by UCUM (可比单位)"
* quantitativeDetails.unit.coding 1..*
* quantitativeDetails.unit.coding.system 1..1
* quantitativeDetails.unit.coding.system = "http://unitsofmeasure.org" (exactly)
