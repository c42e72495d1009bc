// Orders whose examination one institution makes and another reads.

RuleSet: SharedOrder
* identifier 1..* MS
* identifier ^short = "Number of the order (电子申请单编号)"
* status MS
* intent from LabOrderIntentVS (required)
* code 1..1 MS
* code ^short = "What is to be examined (检查检验项目)"
* subject 1..1 MS
* subject only Reference(Patient)
* subject ^short = "The resident (居民)"
* authoredOn 1..1 MS
* requester 1..1 MS
* requester only Reference(PractitionerRole or Practitioner or Organization)
* requester ^short = "Who asks (申请医生或机构)"
* performer 1..* MS
* performer ^short = "The centre that reads it (诊断机构)"
* reasonCode MS
* reasonReference MS

Profile: CountySharedLabOrder
Parent: CountyLabOrder
Id: county-shared-lab-order
Title: "Laboratory order for a shared centre (集中检验申请)"
Description: "A specimen is taken here and analysed at the centre."
* insert Published
* insert SharedOrder
* specimen MS

Profile: CountyImagingOrder
Parent: ServiceRequest
Id: county-imaging-order
Title: "Imaging order (影像检查申请)"
Description: "Images are made here and read at the centre."
* insert Published
* insert SharedOrder
* category 1..*
* insert ByPattern(category, $this)
* category contains imaging 1..1 MS
* category[imaging] = $observation-category#imaging
* bodySite 1..* MS
* bodySite ^short = "Where (检查部位)"

Profile: CountyEcgOrder
Parent: ServiceRequest
Id: county-ecg-order
Title: "ECG order (心电检查申请)"
Description: "An electrocardiogram is recorded here and read at the centre."
* insert Published
* insert SharedOrder
* category 1..*
* insert ByPattern(category, $this)
* category contains ecg 1..1 MS
* category[ecg] = $diagnostic-section#EC
