// The rules of one region, as data: which windows, which reasons, whose marks.

Invariant: county-ruleset-windows
Description: "Every item of a ruleset has its codes and a window"
Severity: #error
Expression: "action.all(code.coding.exists() and extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/recognition-window').exists())"
* insert Zh([[互认规则的每个项目应有代码和时效]])

Extension: RecognitionRules
Id: recognition-rules
Title: "Rules of recognition (互认规则)"
Description: "What a region rules besides the windows: the admitted reasons for repeating an examination, the areas that agreed on recognition between provinces, and what a result of the own medical community needs."
Context: PlanDefinition
* insert Published
* extension contains reasons 0..1 and regionArea 0..* and withinCommunity 0..1
* insert ValueOf(reasons, canonical, [[Value set of the admitted reasons; the national ones when absent (复检原因目录)]])
* insert ValueOf(regionArea, code, [[GB/T 2260 code of an area whose marks of scope region are recognised (区域互认成员)]])
* extension[regionArea] obeys county-mark-area
* insert ValueOf(withinCommunity, code, [[marked: a mark as elsewhere; evidence: quality evidence of the laboratory is enough (医共体内要求)]])
* extension[withinCommunity].valueCode from RecognitionWithinCommunityVS (required)

Profile: CountyRecognitionRuleset
Parent: PlanDefinition
Id: county-recognition-ruleset
Title: "Ruleset of recognition (互认规则)"
Description: "The rules of one region. An institution is under the ruleset in force of the narrowest area that it lies in, by positions 3 to 8 of its social credit code; a decision keeps the version it was made under. Windows here go before those of the catalogue."
* insert Published
* obeys county-ruleset-windows
* extension contains RecognitionRules named rules 0..1 MS
* url 1..1 MS
* version 1..1 MS
* title 1..1 MS
* type 1..1
* type = http://terminology.hl7.org/CodeSystem/plan-definition-type#eca-rule
* topic 1..* MS
* insert ByPattern(topic, $this)
* topic contains recognition 1..1 MS
* topic[recognition] = https://xiantong.example/fhir/CodeSystem/county-ruleset#recognition
* date MS
* jurisdiction 1..* MS
* jurisdiction ^short = "GB/T 2260 areas where it holds (适用区域)"
* effectivePeriod MS
* action MS
* action ^short = "Items with the same windows (同一时效的项目)"
* action.extension contains RecognitionWindow named window 0..* MS
* action.code MS
* action.code ^short = "Codes of the items (项目代码)"

CodeSystem: RecognitionWithinCommunity
Id: recognition-within-community
Title: "Demand within the community (医共体内互认要求)"
Description: "What a result of the asker's own medical community needs to be recognised."
* insert Codes
* insert C(marked, [[A mark]], [[须有互认标识]], [[A mark with its evidence, as anywhere else.]])
* insert C(evidence, [[Quality evidence]], [[质控合格即可]], [[Quality evidence of the laboratory for the item; no mark.]])

ValueSet: RecognitionWithinCommunityVS
Id: recognition-within-community
Title: "Demand within the community (医共体内互认要求)"
Description: "All demands."
* insert Published
* include codes from system RecognitionWithinCommunity
