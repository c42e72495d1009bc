Alias: $contract-status = http://hl7.org/fhir/contract-status
Alias: $contract-signer = http://terminology.hl7.org/CodeSystem/contractsignertypecodes
Alias: $plan-type = http://terminology.hl7.org/CodeSystem/plan-definition-type

// A complex or simple extension with one value.
RuleSet: OneValue(type, short)
* insert Published
* value[x] 1..1
* value[x] only {type}
* value[x] ^short = "{short}"

RuleSet: ByPattern(element, path)
* {element} ^slicing.discriminator.type = #pattern
* {element} ^slicing.discriminator.path = "{path}"
* {element} ^slicing.rules = #open
