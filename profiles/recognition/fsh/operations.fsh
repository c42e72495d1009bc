Instance: check-recognition
InstanceOf: OperationDefinition
Usage: #definition
Title: "Check recognition (重复检验提示)"
* insert Operation(check-recognition, CheckRecognition, check-recognition, ServiceRequest, false)
* title = "Check recognition (重复检验提示)"
* description = "For each ordered item: which earlier results exist, whether the rules allow them to be recognised, and if not, why. Give orders, references to orders, or items with a subject."
* type = true
* instance = false
* insert Param(in, order, 0, *, ServiceRequest, [[An order that is about to be placed]])
* insert Param(in, orderReference, 0, *, Reference, [[An order that the server has]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/ServiceRequest"
* insert Param(in, subject, 0, 1, Reference, [[The patient, when items are given without an order]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Patient"
* insert Param(in, item, 0, *, CodeableConcept, [[An item that is about to be ordered]])
* insert Param(in, organization, 0, 1, Reference, [[The asking institution]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, setting, 0, 1, code, [[Where the patient is treated; selects the window of the item]])
* parameter[=].binding.strength = #required
* parameter[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/care-setting"
* insert Param(in, at, 0, 1, dateTime, [[The moment to check for; now when absent]])
* insert Group(out, item, 0, *, [[One ordered item]])
* insert Part(out, code, 1, 1, CodeableConcept, [[The item as ordered]])
* insert Part(out, recommendation, 1, 1, code, [[What the check recommends]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recognition-recommendation"
* insert Part(out, ruleset, 0, 1, canonical, [[The ruleset that was applied]])
* insert PartGroup(out, candidate, 0, *, [[An earlier result, the newest first]])
* insert SubPart(out, result, 1, 1, Reference, [[The result: a value, the report of a panel, or images]])
* parameter[=].part[=].part[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Observation"
* parameter[=].part[=].part[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* parameter[=].part[=].part[=].targetProfile[2] = "http://hl7.org/fhir/StructureDefinition/ImagingStudy"
* insert SubPart(out, report, 0, 1, Reference, [[The report that lists the result]])
* parameter[=].part[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* insert SubPart(out, performer, 0, 1, Reference, [[Who produced the result]])
* insert SubPart(out, effective, 0, 1, dateTime, [[When the specimen was taken or the images were made]])
* insert SubPart(out, value, 0, 1, Element, [[The value]])
* parameter[=].part[=].part[=].extension[0].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[0].valueUri = "Quantity"
* parameter[=].part[=].part[=].extension[1].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[1].valueUri = "string"
* parameter[=].part[=].part[=].extension[2].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[2].valueUri = "CodeableConcept"
* insert SubPart(out, eligible, 1, 1, boolean, [[Whether every rule is met]])
* insert SubPart(out, reason, 0, *, Coding, [[What the check found]])
* parameter[=].part[=].part[=].binding.strength = #required
* parameter[=].part[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recognition-finding"
* insert SubPart(out, explanation, 0, 1, string, [[The finding in a sentence, in the language of the request]])

Instance: decide-recognition
InstanceOf: OperationDefinition
Usage: #definition
Title: "Decide recognition (互认决定)"
* insert Operation(decide-recognition, DecideRecognition, decide-recognition, ServiceRequest, true)
* title = "Decide recognition (互认决定)"
* description = "Records what a doctor decided about one or several earlier results, all or nothing. Each decision becomes a Task of the profile county-recognition-decision."
* type = true
* instance = false
* insert Group(in, decision, 1, *, [[One decision]])
* insert Part(in, result, 1, 1, Reference, [[The earlier result: a value, the report of a panel, or images]])
* parameter[=].part[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Observation"
* parameter[=].part[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* parameter[=].part[=].targetProfile[2] = "http://hl7.org/fhir/StructureDefinition/ImagingStudy"
* insert Part(in, order, 0, 1, Reference, [[The order that the decision is about]])
* parameter[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/ServiceRequest"
* insert Part(in, outcome, 1, 1, code, [[What was decided]])
* parameter[=].part[=].binding.strength = #required
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recognition-outcome"
* insert Part(in, reason, 0, 1, CodeableConcept, [[Why the examination is repeated; needed for a denial]])
* parameter[=].part[=].binding.strength = #preferred
* parameter[=].part[=].binding.valueSet = "https://xiantong.example/fhir/ValueSet/recheck-reason-national"
* insert Part(in, explanation, 0, 1, string, [[What the patient was told; needed for a denial]])
* insert Part(in, encounter, 0, 1, Reference, [[The encounter in which the doctor decided]])
* parameter[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Encounter"
* insert Part(in, reader, 0, 1, Reference, [[Who is to read recognised images again: an order goes to them]])
* parameter[=].part[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Practitioner"
* parameter[=].part[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/PractitionerRole"
* parameter[=].part[=].targetProfile[2] = "http://hl7.org/fhir/StructureDefinition/Organization"
* parameter[=].part[=].targetProfile[3] = "http://hl7.org/fhir/StructureDefinition/HealthcareService"
* insert Param(in, decider, 1, 1, Reference, [[The doctor who decided]])
* parameter[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Practitioner"
* parameter[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/PractitionerRole"
* insert Param(out, return, 1, 1, Bundle, [[What was recorded]])

Instance: revoke-recognition
InstanceOf: OperationDefinition
Usage: #definition
Title: "Revoke recognition (撤销互认决定)"
* insert Operation(revoke-recognition, RevokeRecognition, revoke-recognition, Task, true)
* title = "Revoke recognition (撤销互认决定)"
* description = "Withdraws a recognition or a denial, with a reason."
* type = false
* instance = true
* insert Param(in, reason, 1, 1, Element, [[Why the decision is withdrawn]])
* parameter[=].extension[0].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].extension[0].valueUri = "CodeableConcept"
* parameter[=].extension[1].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].extension[1].valueUri = "string"
* insert Param(in, decider, 1, 1, Reference, [[The doctor who withdraws it]])
* parameter[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Practitioner"
* parameter[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/PractitionerRole"
* insert Param(out, return, 1, 1, Task, [[The decision as it stands now]])
