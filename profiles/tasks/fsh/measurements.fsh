RuleSet: Measurement
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] 1..1 MS
* effective[x] only dateTime
* performer MS
* device MS
* extension contains MeasurementOriginExtension named origin 0..1 MS

RuleSet: VitalSign
* category 1..*
* insert ByPattern(category, $this)
* category contains vitalSigns 1..1
* category[vitalSigns] = $observation-category#vital-signs

RuleSet: Unit(unit)
* valueQuantity.value 1..1
* valueQuantity.system 1..1
* valueQuantity.system = "http://unitsofmeasure.org" (exactly)
* valueQuantity.code 1..1
* valueQuantity.code = #{unit} (exactly)

Invariant: county-pressure-order
Description: "The systolic pressure is above the diastolic"
Severity: #error
Expression: "(component.where(code.coding.code = '8480-6').value.ofType(Quantity).value.exists() and component.where(code.coding.code = '8462-4').value.ofType(Quantity).value.exists()) implies component.where(code.coding.code = '8480-6').value.ofType(Quantity).value > component.where(code.coding.code = '8462-4').value.ofType(Quantity).value"
* insert Zh([[收缩压应高于舒张压]])

Profile: CountyBloodPressure
Parent: Observation
Id: county-blood-pressure
Title: "Blood pressure (血压)"
Description: "Systolic and diastolic pressure of one measurement, as the vital signs profile of FHIR has them."
* insert Published
* obeys county-pressure-order
* insert Measurement
* insert VitalSign
* code = $loinc#85354-9
* value[x] 0..0
* component 2..* MS
* insert ByPattern(component, code)
* component contains systolic 1..1 MS and diastolic 1..1 MS
* component[systolic] ^short = "Systolic (收缩压)"
* component[systolic].code = $loinc#8480-6
* component[systolic].value[x] only Quantity
* component[systolic] insert PressureUnit
* component[diastolic] ^short = "Diastolic (舒张压)"
* component[diastolic].code = $loinc#8462-4
* component[diastolic].value[x] only Quantity
* component[diastolic] insert PressureUnit

RuleSet: PressureUnit
* valueQuantity.value 1..1
* valueQuantity.system 1..1
* valueQuantity.system = "http://unitsofmeasure.org" (exactly)
* valueQuantity.code 1..1
* valueQuantity.code = #mm[Hg] (exactly)

ValueSet: GlucoseCodeVS
Id: glucose-code
Title: "Glucose of a follow-up visit (随访血糖项目)"
Description: "Fasting glucose in serum or plasma, and glucose in capillary blood by glucometer."
* insert Published
* $loinc#14771-0 "Fasting glucose [Moles/volume] in Serum or Plasma"
* $loinc#14743-9 "Glucose [Moles/volume] in Capillary blood by Glucometer"

Profile: CountyBloodGlucose
Parent: Observation
Id: county-blood-glucose
Title: "Blood glucose (血糖)"
Description: "Glucose as measured at a follow-up visit or at home, in mmol/L."
* insert Published
* insert Measurement
* code from GlucoseCodeVS (required)
* value[x] 1..1 MS
* value[x] only Quantity
* insert Unit(mmol/L)

ValueSet: BodyMeasureVS
Id: body-measure
Title: "Body measure (体格测量项目)"
Description: "Weight, height, body mass index, waist, heart rate, temperature, oxygen saturation."
* insert Published
* $loinc#29463-7 "Body weight"
* $loinc#8302-2 "Body height"
* $loinc#39156-5 "Body mass index (BMI) [Ratio]"
* $loinc#8280-0 "Waist Circumference at umbilicus by Tape measure"
* $loinc#8867-4 "Heart rate"
* $loinc#8310-5 "Body temperature"
* $loinc#59408-5 "Oxygen saturation in Arterial blood by Pulse oximetry"

Invariant: county-body-unit
Description: "Each body measure has its unit: kg, cm, kg/m2, /min, Cel, %"
Severity: #error
Expression: "value.ofType(Quantity).all((%resource.code.coding.where(code = '29463-7').exists() and code = 'kg') or (%resource.code.coding.where(code = '8302-2' or code = '8280-0').exists() and code = 'cm') or (%resource.code.coding.where(code = '39156-5').exists() and code = 'kg/m2') or (%resource.code.coding.where(code = '8867-4').exists() and code = '/min') or (%resource.code.coding.where(code = '8310-5').exists() and code = 'Cel') or (%resource.code.coding.where(code = '59408-5').exists() and code = '%'))"
* insert Zh([[各项体格测量应使用其规定单位:kg、cm、kg/m2、/min、Cel、%]])

Profile: CountyBodyMeasure
Parent: Observation
Id: county-body-measure
Title: "Body measure (体格测量)"
Description: "One body measure of a follow-up visit, in the unit of the vital signs profiles of FHIR."
* insert Published
* obeys county-body-unit
* insert Measurement
* insert VitalSign
* code from BodyMeasureVS (required)
* value[x] 1..1 MS
* value[x] only Quantity
* valueQuantity.value 1..1
* valueQuantity.system 1..1
* valueQuantity.system = "http://unitsofmeasure.org" (exactly)
* valueQuantity.code 1..1

Profile: CountyHomeDevice
Parent: Device
Id: county-home-device
Title: "Home device (居家监测设备)"
Description: "A device with which a resident measures at home."
* insert Published
* identifier 1..* MS
* identifier ^short = "Number of the device (设备编号)"
* manufacturer MS
* modelNumber MS
* serialNumber MS
* type 1..1 MS
* type ^short = "What it measures (设备类型)"
* patient 1..1 MS
* patient ^short = "Whose device it is (使用人)"

Profile: CountyHomeMeasurement
Parent: Observation
Id: county-home-measurement
Title: "Home measurement (居家自测)"
Description: "A measurement from a home device. The identifier, made by the device or its platform, tells a repeated message from a second measurement."
* insert Published
* identifier 1..* MS
* identifier.system 1..1
* identifier.value 1..1
* identifier ^short = "Number of the measurement (测量流水号)"
* extension contains MeasurementOriginExtension named origin 1..1 MS
* extension[origin].valueCode = #home
* subject 1..1 MS
* subject only Reference(Patient)
* effective[x] 1..1 MS
* effective[x] only dateTime
* performer 1..* MS
* performer only Reference(Patient or RelatedPerson)
* performer ^short = "The resident or a relative (测量人)"
* device 1..1 MS
* device only Reference(Device)

Invariant: county-form-answers
Description: "A completed form has answers"
Severity: #error
Expression: "status in ('completed' | 'amended') implies item.answer.exists() or item.item.answer.exists()"
* insert Zh([[已完成的随访表应有填写内容]])

Profile: CountyFollowUpForm
Parent: QuestionnaireResponse
Id: county-follow-up-form
Title: "Completed follow-up form (随访表)"
Description: "One of the county's forms, filled in at a visit. The task of the visit refers to it."
* insert Published
* obeys county-form-answers
* identifier MS
* questionnaire 1..1 MS
* questionnaire ^short = "url|version of the form (表单及版本)"
* status MS
* subject 1..1 MS
* subject only Reference(Patient)
* encounter MS
* authored 1..1 MS
* authored ^short = "When it was filled in (填写时间)"
* author 1..1 MS
* author ^short = "Who filled it in (随访医生)"
* source MS
