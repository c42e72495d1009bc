// Reports of a shared centre: written by one person, verified by another, corrected with a reason.

Invariant: county-report-verified
Description: "A published report names who verified it"
Severity: #error
Expression: "(status in ('final' | 'amended' | 'corrected' | 'appended')) implies resultsInterpreter.exists()"
* insert Zh([[发布的报告应有审核医生]])

Invariant: county-report-second-person
Description: "Who verifies a report is not who wrote it"
Severity: #error
Expression: "resultsInterpreter.where(reference in %resource.performer.reference).empty()"
* insert Zh([[审核医生不得为报告医生本人]])

Invariant: county-report-conclusion
Description: "A published report has a conclusion"
Severity: #error
Expression: "(status in ('final' | 'amended' | 'corrected' | 'appended')) implies (conclusion.exists() or conclusionCode.exists())"
* insert Zh([[发布的诊断报告应有结论]])

Invariant: county-report-amendment
Description: "An amended or corrected report says why"
Severity: #error
Expression: "(status in ('amended' | 'corrected')) implies extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/amendment-reason').exists()"
* insert Zh([[更正的报告应说明更正原因]])

Extension: AmendmentReason
Id: amendment-reason
Title: "Reason for the amendment (更正原因)"
Description: "Why a published report was changed. The earlier versions are in its history."
Context: DiagnosticReport
* insert OneValue(string, [[Why it was changed (更正原因)]])

Extension: CriticalFinding
Id: critical-finding
Title: "Critical finding (危急值标志)"
Description: "Whether the report holds a critical value that the orderer must acknowledge."
Context: DiagnosticReport
* insert OneValue(boolean, [[Whether there is a critical value (是否危急值)]])

RuleSet: SharedReport
* obeys county-report-verified and county-report-second-person and county-report-amendment
* extension contains CriticalFinding named critical 0..1 MS and AmendmentReason named amendmentReason 0..1 MS and RecognitionMark named recognitionMark 0..* MS
* basedOn 1..* MS
* basedOn ^short = "The order (申请单)"
* status MS
* performer ^short = "The centre, and who wrote the report (诊断机构及报告医生)"
* resultsInterpreter MS
* resultsInterpreter only Reference(Practitioner or PractitionerRole)
* resultsInterpreter ^short = "Who verified it (审核医生)"

Profile: CountySharedLabReport
Parent: CountyLabReport
Id: county-shared-lab-report
Title: "Laboratory report of a shared centre (集中检验报告)"
Description: "What the centre found in a specimen of another institution."
* insert Published
* insert SharedReport

Profile: CountyImagingReport
Parent: DiagnosticReport
Id: county-imaging-report
Title: "Imaging report of a shared centre (集中影像诊断报告)"
Description: "How the centre reads the images of another institution."
* insert Published
* insert SharedReport
* insert SharedReading
* category 1..*
* insert ByPattern(category, $this)
* category contains imaging 1..1 MS
* category[imaging] = $diagnostic-section#RAD
* imagingStudy 1..* MS
* imagingStudy ^short = "The images (影像)"

Profile: CountyEcgReport
Parent: DiagnosticReport
Id: county-ecg-report
Title: "ECG report of a shared centre (集中心电诊断报告)"
Description: "How the centre reads a recording of another institution."
* insert Published
* insert SharedReport
* insert SharedReading
* category 1..*
* insert ByPattern(category, $this)
* category contains ecg 1..1 MS
* category[ecg] = $diagnostic-section#EC
* media 1..* MS
* media ^short = "The recording (心电记录)"

RuleSet: SharedReading
* obeys county-report-conclusion
* identifier 1..* MS
* identifier ^short = "Number of the report (检查报告单号)"
* code MS
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] 1..1 MS
* effective[x] ^short = "When it was examined (检查时间)"
* issued MS
* performer 1..* MS
* conclusion MS
* conclusion ^short = "Conclusion (诊断结论)"
