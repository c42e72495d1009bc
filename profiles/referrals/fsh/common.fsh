Alias: $slot-status = http://hl7.org/fhir/slotstatus
Alias: $consent-scope = http://terminology.hl7.org/CodeSystem/consentscope
