Alias: $loinc = http://loinc.org
Alias: $ucum = http://unitsofmeasure.org
Alias: $icd-10 = http://hl7.org/fhir/sid/icd-10
Alias: $usage = http://terminology.hl7.org/CodeSystem/usage-context-type
Alias: $condition-category = http://terminology.hl7.org/CodeSystem/condition-category
