RuleSet: Operation(id, name, code, resource, affects)
* url = "https://xiantong.example/fhir/OperationDefinition/{id}"
* version = "0.1.0"
* name = "{name}"
* status = #active
* experimental = false
* publisher = "Xiantong"
* kind = #operation
* affectsState = {affects}
* code = #{code}
* resource = #{resource}
* system = false

RuleSet: Param(use, name, min, max, type, doc)
* parameter[+].name = #{name}
* parameter[=].use = #{use}
* parameter[=].min = {min}
* parameter[=].max = "{max}"
* parameter[=].documentation = "{doc}"
* parameter[=].type = #{type}

RuleSet: Group(use, name, min, max, doc)
* parameter[+].name = #{name}
* parameter[=].use = #{use}
* parameter[=].min = {min}
* parameter[=].max = "{max}"
* parameter[=].documentation = "{doc}"

RuleSet: Part(use, name, min, max, type, doc)
* parameter[=].part[+].name = #{name}
* parameter[=].part[=].use = #{use}
* parameter[=].part[=].min = {min}
* parameter[=].part[=].max = "{max}"
* parameter[=].part[=].documentation = "{doc}"
* parameter[=].part[=].type = #{type}

RuleSet: PartGroup(use, name, min, max, doc)
* parameter[=].part[+].name = #{name}
* parameter[=].part[=].use = #{use}
* parameter[=].part[=].min = {min}
* parameter[=].part[=].max = "{max}"
* parameter[=].part[=].documentation = "{doc}"

RuleSet: SubPart(use, name, min, max, type, doc)
* parameter[=].part[=].part[+].name = #{name}
* parameter[=].part[=].part[=].use = #{use}
* parameter[=].part[=].part[=].min = {min}
* parameter[=].part[=].part[=].max = "{max}"
* parameter[=].part[=].part[=].documentation = "{doc}"
* parameter[=].part[=].part[=].type = #{type}

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
* insert PartGroup(out, candidate, 0, *, [[An earlier result, the best first]])
* insert SubPart(out, result, 1, 1, Reference, [[The result]])
* parameter[=].part[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Observation"
* insert SubPart(out, report, 0, 1, Reference, [[The report that lists the result]])
* parameter[=].part[=].part[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
* insert SubPart(out, performer, 0, 1, Reference, [[Who produced the result]])
* insert SubPart(out, effective, 0, 1, dateTime, [[When the specimen was taken]])
* insert SubPart(out, value, 0, 1, Element, [[The value]])
* parameter[=].part[=].part[=].extension[0].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[0].valueUri = "Quantity"
* parameter[=].part[=].part[=].extension[1].url = "http://hl7.org/fhir/StructureDefinition/operationdefinition-allowed-type"
* parameter[=].part[=].part[=].extension[1].valueUri = "string"
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
* insert Part(in, result, 1, 1, Reference, [[The earlier result]])
* parameter[=].part[=].targetProfile[0] = "http://hl7.org/fhir/StructureDefinition/Observation"
* parameter[=].part[=].targetProfile[1] = "http://hl7.org/fhir/StructureDefinition/DiagnosticReport"
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

RuleSet: ReindexOut(min)
* insert Param(out, jobId, {min}, 1, string, [[Names the job]])
* insert Param(out, status, {min}, 1, code, [[queued | running | completed | cancelled | failed]])
* insert Param(out, type, 0, *, code, [[What is reindexed]])
* insert Param(out, done, {min}, 1, decimal, [[Resources done]])
* insert Param(out, total, 0, 1, decimal, [[Resources in all, once it has begun]])
* insert Param(out, repaired, {min}, 1, decimal, [[Entries of the index that were missing or too many]])
* insert Param(out, requested, {min}, 1, instant, [[When it was asked for]])
* insert Param(out, ended, 0, 1, instant, [[When it ended]])
* insert Param(out, error, 0, 1, string, [[Why it failed]])

RuleSet: ReindexParts
* insert Part(out, jobId, 1, 1, string, [[Names the job]])
* insert Part(out, status, 1, 1, code, [[queued | running | completed | cancelled | failed]])
* insert Part(out, type, 0, *, code, [[What is reindexed]])
* insert Part(out, done, 1, 1, decimal, [[Resources done]])
* insert Part(out, total, 0, 1, decimal, [[Resources in all, once it has begun]])
* insert Part(out, repaired, 1, 1, decimal, [[Entries of the index that were missing or too many]])
* insert Part(out, requested, 1, 1, instant, [[When it was asked for]])
* insert Part(out, ended, 0, 1, instant, [[When it ended]])
* insert Part(out, error, 0, 1, string, [[Why it failed]])

Instance: reindex
InstanceOf: OperationDefinition
Usage: #definition
Title: "Reindex (重建索引)"
* insert Operation(reindex, Reindex, reindex, Resource, true)
* title = "Reindex (重建索引)"
* description = "Compares the index of all resources, or of those of some types, with their content, and repairs the difference, in the background. Searches stay right meanwhile. For administrators: system/*.cruds."
* system = true
* type = true
* instance = false
* insert Param(in, type, 0, *, code, [[Resource types, when called on the system; all when absent]])
* insert Param(in, parameter, 0, 1, string, [[Id or url of a SearchParameter in use: the types it applies to]])
* insert ReindexOut(1)

Instance: reindex-status
InstanceOf: OperationDefinition
Usage: #definition
Title: "Reindex status (重建索引状态)"
* insert Operation(reindex-status, ReindexStatus, reindex-status, Resource, false)
* title = "Reindex status (重建索引状态)"
* description = "How far a reindex job is, as $reindex answered it; without a job, the latest jobs, each in a parameter reindex."
* system = true
* type = false
* instance = false
* insert Param(in, job, 0, 1, string, [[The jobId]])
* insert ReindexOut(0)
* insert Group(out, reindex, 0, *, [[One of the latest jobs]])
* insert ReindexParts

Instance: reindex-cancel
InstanceOf: OperationDefinition
Usage: #definition
Title: "Cancel reindex (取消重建索引)"
* insert Operation(reindex-cancel, ReindexCancel, reindex-cancel, Resource, true)
* title = "Cancel reindex (取消重建索引)"
* description = "Ends a reindex job where it is. What it has repaired stays repaired."
* system = true
* type = false
* instance = false
* insert Param(in, job, 1, 1, string, [[The jobId]])
* insert ReindexOut(1)

Instance: index-status
InstanceOf: OperationDefinition
Usage: #definition
Title: "Index status (检索参数索引状态)"
* insert Operation(index-status, IndexStatus, index-status, SearchParameter, false)
* title = "Index status (检索参数索引状态)"
* description = "What became of the active SearchParameters that clients made, or of one: whether searches may use it, or how far its index is."
* type = true
* instance = true
* insert Group(out, parameter, 0, *, [[One SearchParameter]])
* insert Part(out, reference, 1, 1, Reference, [[The SearchParameter]])
* insert Part(out, code, 1, 1, code, [[Its name in searches]])
* insert Part(out, base, 1, *, code, [[Resource types that have it]])
* insert Part(out, status, 1, 1, code, [[usable | building | unused]])
* insert Part(out, percent, 1, 1, integer, [[How much of the resources is indexed]])
* insert Part(out, reason, 0, *, string, [[Why it is not used]])

Instance: load-code-system
InstanceOf: OperationDefinition
Usage: #definition
Title: "Load a code system (加载代码系统)"
* insert Operation(load-code-system, LoadCodeSystem, load, CodeSystem, true)
* title = "Load a code system (加载代码系统)"
* description = "Takes in a code system whose concepts are too many for a resource, in parts. Nobody sees any of it until the last part, which replaces what there was. The same content again changes nothing. For administrators: system/*.cruds."
* type = true
* instance = false
* insert Param(in, load, 1, 1, string, [[Names this load: the same in all of its parts]])
* insert Param(in, system, 1, 1, CodeSystem, [[The code system with a part of its concepts, which stand flat; what is above is the property parent]])
* insert Param(in, sha256, 1, 1, string, [[Of the whole content]])
* insert Param(in, place, 0, 1, integer, [[Place of the first concept of this part, from 0 on]])
* insert Param(in, finish, 0, 1, boolean, [[This is the last part]])
* insert Param(in, count, 0, 1, integer, [[With finish: how many concepts there are in all]])
* insert Param(out, outcome, 1, 1, code, [[arrived | loaded | unchanged]])
* insert Param(out, count, 0, 1, integer, [[Concepts that arrived, or that there are now]])
