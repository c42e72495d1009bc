Profile: CountySchedule
Parent: Schedule
Id: county-schedule
Title: "County schedule (县域排班)"
Description: "When a doctor, a ward or a machine is there for residents of other institutions."
* insert Published
* serviceCategory 1..1 MS
* serviceCategory from CapacityKindVS (required)
* serviceCategory ^short = "Clinic, bed, examination, remote consultation (资源类别)"
* specialty MS
* actor MS
* actor ^short = "The doctor, ward, machine or department (医生、病区、设备或科室)"
* planningHorizon 1..1 MS
* planningHorizon ^short = "From when to when (排班期间)"

Invariant: county-slot-reservation
Description: "A slot with an end of its reservation says for whom it is kept"
Severity: #error
Expression: "extension.where(url = 'https://xiantong.example/fhir/StructureDefinition/reserved-until').exists() implies appointmentType.coding.where(system = 'https://xiantong.example/fhir/CodeSystem/slot-reservation').exists()"
* insert Zh([[有预留截止时间的号源应注明预留对象]])

Profile: CountySlot
Parent: Slot
Id: county-slot
Title: "County slot (县域号源与床位)"
Description: "One appointment or one bed that can be booked, some kept for family doctors. Slot.status is what counts against double booking."
* insert Published
* obeys county-slot-reservation
* extension contains ReservedUntil named reservedUntil 0..1 MS
* serviceCategory 1..1 MS
* serviceCategory from CapacityKindVS (required)
* serviceCategory ^short = "Clinic, bed, examination, remote consultation (资源类别)"
* specialty MS
* appointmentType MS
* appointmentType from SlotReservationVS (preferred)
* appointmentType ^short = "For whom it is kept (预留类型)"
* schedule MS
* status MS

Invariant: county-appointment-cancelled
Description: "A cancelled appointment says why"
Severity: #error
Expression: "status = 'cancelled' implies cancelationReason.exists()"
* insert Zh([[取消的预约应说明原因]])

Profile: CountyReferralAppointment
Parent: Appointment
Id: county-referral-appointment
Title: "Appointment of a referral (转诊预约)"
Description: "What the receiving institution holds for a referred resident."
* insert Published
* obeys county-appointment-cancelled
* status MS
* basedOn 1..* MS
* basedOn ^short = "The referral (转诊申请)"
* start 1..1 MS
* end 1..1 MS
* slot 1..* MS
* slot ^short = "What is booked (号源或床位)"
* cancelationReason MS
* participant 2..* MS
* participant ^short = "The resident, and who receives (居民与接诊方)"
* participant.actor 1..1
