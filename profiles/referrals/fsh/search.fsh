// What R4 cannot search: a referral by its direction, reason and consent, a slot by the end of its reservation.

Instance: ServiceRequest-direction
InstanceOf: SearchParameter
Usage: #definition
* insert Search(ServiceRequest-direction, referral_direction, direction, ServiceRequest, token)
* description = "Referrals by where they lead: up, down, lateral"
* expression = "ServiceRequest.extension.where(url='https://xiantong.example/fhir/StructureDefinition/referral-direction').value.as(Coding)"

Instance: ServiceRequest-reason
InstanceOf: SearchParameter
Usage: #definition
* insert Search(ServiceRequest-reason, request_reason, reason, ServiceRequest, token)
* description = "Requests by their coded reason"
* expression = "ServiceRequest.reasonCode"

Instance: ServiceRequest-consent
InstanceOf: SearchParameter
Usage: #definition
* insert Search(ServiceRequest-consent, referral_consent, consent, ServiceRequest, reference)
* description = "Referrals that rest on a consent"
* target = #Consent
* expression = "ServiceRequest.extension.where(url='https://xiantong.example/fhir/StructureDefinition/referral-consent').value.as(Reference)"

Instance: Task-direction
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-direction, task_direction, direction, Task, token)
* description = "Referral tasks by where the referral leads: up, down, lateral"
* expression = "Task.extension.where(url='https://xiantong.example/fhir/StructureDefinition/referral-direction').value.as(Coding)"

Instance: Slot-reserved-until
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Slot-reserved-until, slot_reserved_until, reserved-until, Slot, date)
* description = "Slots by the end of their reservation"
* expression = "Slot.extension.where(url='https://xiantong.example/fhir/StructureDefinition/reserved-until').value.as(dateTime)"

