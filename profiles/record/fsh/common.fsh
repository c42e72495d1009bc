Alias: $loinc = http://loinc.org
Alias: $role = http://terminology.hl7.org/CodeSystem/v3-RoleCode
Alias: $agent = http://terminology.hl7.org/CodeSystem/provenance-participant-type
Alias: $county-task = https://xiantong.example/fhir/CodeSystem/county-task-code

// The two records that an operation on identities is about.
RuleSet: TwoRecords(source, target)
* type = true
* instance = false
* insert Param(in, source-patient, 1, 1, Reference, [[{source}]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Patient"
* insert Param(in, target-patient, 1, 1, Reference, [[{target}]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Patient"
* insert Param(in, reason, 0, 1, string, [[Why, for the lineage 理由,记入沿革]])
* insert Param(out, linkage, 1, 1, Linkage, [[The decision, whose history is the lineage 决定,其历史版本即沿革]])
* insert Param(out, patient, 2, 2, Patient, [[The two records as they are now 两份档案的现状]])
