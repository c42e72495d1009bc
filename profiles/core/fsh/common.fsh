Alias: $county = https://xiantong.example/fhir
Alias: $observation-category = http://terminology.hl7.org/CodeSystem/observation-category
Alias: $diagnostic-section = http://terminology.hl7.org/CodeSystem/v2-0074
Alias: $task-status = http://hl7.org/fhir/task-status
Alias: $request-intent = http://hl7.org/fhir/request-intent

// National code tables; their concepts are in terminology/.
Alias: $gb-gender = urn:oid:2.16.156.10011.2.3.3.4
Alias: $gb-marital-status = urn:oid:2.16.156.10011.2.3.3.5
Alias: $gb-ethnicity = urn:oid:2.16.156.10011.2.3.3.3
Alias: $gb-education = urn:oid:2.16.156.10011.2.3.3.6
Alias: $gb-family-relation = urn:oid:2.16.156.10011.2.3.3.8
Alias: $ws-document-type = urn:oid:2.16.156.10011.2.3.1.1
Alias: $ws-institution-type = urn:oid:2.16.156.10011.2.3.4.1

RuleSet: Published
* ^experimental = false

RuleSet: Experimental
* ^status = #draft
* ^experimental = true

// A code system whose displays are English, with a Chinese designation for every concept.
RuleSet: Codes
* ^experimental = false
* ^caseSensitive = true
* ^language = #en

RuleSet: C(code, display, zh, definition)
* #{code} "{display}" "{definition}"
* #{code} ^designation[0].language = #zh-CN
* #{code} ^designation[0].value = "{zh}"

// A complex or simple extension with one value.
RuleSet: OneValue(type, short)
* insert Published
* value[x] 1..1
* value[x] only {type}
* value[x] ^short = "{short}"

// Elements told apart by a pattern in `path`.
RuleSet: ByPattern(element, path)
* {element} ^slicing.discriminator.type = #pattern
* {element} ^slicing.discriminator.path = "{path}"
* {element} ^slicing.rules = #open

// The one value of a part of an extension.
RuleSet: ValueOf(part, type, short)
* extension[{part}] ^short = "{short}"
* extension[{part}].value[x] 1..1
* extension[{part}].value[x] only {type}

// A state of a Task, with the Task.status that belongs to it.
RuleSet: State(code, display, zh, definition, status)
* insert C({code}, [[{display}]], [[{zh}]], [[{definition}]])
* #{code} ^property[0].code = #task-status
* #{code} ^property[0].valueCode = #{status}

RuleSet: States
* insert Codes
* ^property[0].code = #task-status
* ^property[0].description = "The Task.status that belongs to the state"
* ^property[0].type = #code

// An operation and its parameters.
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

// The Chinese wording of an invariant, through the standard translation extension.
RuleSet: Zh(text)
* human.extension[0].url = "http://hl7.org/fhir/StructureDefinition/translation"
* human.extension[0].extension[0].url = "lang"
* human.extension[0].extension[0].valueCode = #zh-CN
* human.extension[0].extension[1].url = "content"
* human.extension[0].extension[1].valueString = "{text}"

// An active search parameter on one type.
RuleSet: Search(id, name, code, base, type)
* url = "https://xiantong.example/fhir/SearchParameter/{id}"
* version = "0.1.0"
* name = "{name}"
* status = #active
* experimental = false
* publisher = "Xiantong"
* code = #{code}
* base = #{base}
* type = #{type}
* xpathUsage = #normal
