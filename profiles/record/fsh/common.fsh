Alias: $loinc = http://loinc.org
Alias: $role = http://terminology.hl7.org/CodeSystem/v3-RoleCode
Alias: $agent = http://terminology.hl7.org/CodeSystem/provenance-participant-type
