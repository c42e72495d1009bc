Profile: CountySpecimen
Parent: Specimen
Id: county-specimen
Title: "County specimen (县域标本)"
Description: "A specimen that travels between institutions under its barcode."
* insert Published
* identifier 1..* MS
* identifier ^short = "Barcode of the tube"
* type 1..1 MS
* subject 1..1 MS
* subject only Reference(Patient)
* collection 1..1 MS
* collection.collected[x] 1..1 MS

Profile: CountyLabOrder
Parent: ServiceRequest
Id: county-lab-order
Title: "County laboratory order (县域检验申请)"
Description: "A doctor orders a laboratory examination."
* insert Published
* intent from LabOrderIntentVS (required)
* category 1..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains laboratory 1..1 MS
* category[laboratory] = $observation-category#laboratory
* code 1..1 MS
* subject 1..1 MS
* subject only Reference(Patient)
* authoredOn 1..1 MS
* requester 1..1 MS

Invariant: county-result-value
Description: "A result has a value, or says why it has none; a panel may have members or components instead"
Severity: #error
Expression: "value.exists() or dataAbsentReason.exists() or hasMember.exists() or component.exists()"
* insert Zh([[检验结果应有结果值或缺失原因;组合项目可用成员或组分代替]])

Invariant: county-result-unit
Description: "A quantity carries the UCUM system and a UCUM code"
Severity: #error
Expression: "(value | component.value).ofType(Quantity).all(system = 'http://unitsofmeasure.org' and code.exists())"
* insert Zh([[数量型结果应使用UCUM单位代码]])

Profile: CountyLabObservation
Parent: Observation
Id: county-lab-observation
Title: "County laboratory result (县域检验结果)"
Description: "One result of a laboratory, comparable between institutions: coded, dated, in UCUM units."
* insert Published
* obeys county-result-value and county-result-unit
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains laboratory 1..1 MS
* category[laboratory] = $observation-category#laboratory
* code MS
* code.coding 1..*
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] 1..1 MS
* effective[x] only dateTime
* performer 1..* MS
* value[x] MS
* dataAbsentReason MS
* specimen MS
* referenceRange MS

Invariant: county-report-result
Description: "A final report lists its results"
Severity: #error
Expression: "(status in ('final' | 'amended' | 'corrected' | 'appended')) implies result.exists()"
* insert Zh([[已审核的报告应列出检验结果]])

Profile: CountyLabReport
Parent: DiagnosticReport
Id: county-lab-report
Title: "County laboratory report (县域检验报告)"
Description: "The report of a laboratory."
* insert Published
* obeys county-report-result
* identifier 1..* MS
* category 1..*
* category ^slicing.discriminator.type = #pattern
* category ^slicing.discriminator.path = "$this"
* category ^slicing.rules = #open
* category contains laboratory 1..1 MS
* category[laboratory] = $diagnostic-section#LAB
* code MS
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] 1..1 MS
* issued 1..1 MS
* performer 1..* MS
* result MS
