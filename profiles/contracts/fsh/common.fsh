Alias: $contract-status = http://hl7.org/fhir/contract-status
Alias: $contract-signer = http://terminology.hl7.org/CodeSystem/contractsignertypecodes
Alias: $plan-type = http://terminology.hl7.org/CodeSystem/plan-definition-type
