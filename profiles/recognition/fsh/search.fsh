Instance: DiagnosticReport-recognition-scope
InstanceOf: SearchParameter
Usage: #definition
* insert Search(DiagnosticReport-recognition-scope, recognition_scope, recognition-scope, DiagnosticReport, token)
* description = "Reports that bear a recognition mark of this scope"
* expression = "DiagnosticReport.extension.where(url='https://xiantong.example/fhir/StructureDefinition/recognition-mark').extension.where(url='scope').value"

Instance: Basic-evidence-item
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Basic-evidence-item, evidence_item, evidence-item, Basic, token)
* description = "Quality evidence that covers this item"
* expression = "Basic.extension.where(url='https://xiantong.example/fhir/StructureDefinition/quality-evidence').extension.where(url='item').value"

Instance: Basic-evidence-period
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Basic-evidence-period, evidence_period, evidence-period, Basic, date)
* description = "Quality evidence by the time in which it holds"
* expression = "Basic.extension.where(url='https://xiantong.example/fhir/StructureDefinition/quality-evidence').extension.where(url='period').value"

Instance: ObservationDefinition-code
InstanceOf: SearchParameter
Usage: #definition
* insert Search(ObservationDefinition-code, observation_definition_code, code, ObservationDefinition, token)
* description = "Items of the catalogue by their code; R4 defines no search for them"
* expression = "ObservationDefinition.code"

Instance: DiagnosticReport-critical
InstanceOf: SearchParameter
Usage: #definition
* insert Search(DiagnosticReport-critical, report_critical, critical, DiagnosticReport, token)
* description = "Reports that hold a critical value, or do not"
* expression = "DiagnosticReport.extension.where(url='https://xiantong.example/fhir/StructureDefinition/critical-finding').value.as(boolean)"

Instance: DiagnosticReport-imaging-study
InstanceOf: SearchParameter
Usage: #definition
* insert Search(DiagnosticReport-imaging-study, report_imaging_study, imaging-study, DiagnosticReport, reference)
* description = "Reports on these images"
* expression = "DiagnosticReport.imagingStudy"
* target = #ImagingStudy
