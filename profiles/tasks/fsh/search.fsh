Instance: Task-due
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-due, task_due, due, Task, date)
* description = "Tasks by the window in which they are to be done; due=gt2026-04-30&due=lt2026-05-02 finds those whose window includes the first of May, be it as its first or last day (ge and le of the day itself find neither)"
* expression = "Task.restriction.period"

Instance: Task-due-end
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-due-end, task_due_end, due-end, Task, date)
* description = "Tasks by the last day on which they are to be done; due-end=lt2026-05-01 with an open status finds what is overdue on that day"
* expression = "Task.restriction.period.end"

Instance: Task-programme
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-programme, task_programme, programme, Task, token)
* description = "Tasks of a public-health programme"
* expression = "Task.extension.where(url='https://xiantong.example/fhir/StructureDefinition/programme').value.as(Coding)"

Instance: Task-area
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-area, task_area, area, Task, token)
* description = "Tasks in a village or grid"
* expression = "Task.extension.where(url='https://xiantong.example/fhir/StructureDefinition/service-area').value.as(Coding)"

Instance: Task-origin
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-origin, task_origin, origin, Task, token)
* description = "Tasks by why they were made"
* expression = "Task.reasonCode"

Instance: Task-contract
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-contract, task_contract, contract, Task, reference)
* description = "Tasks under a family-doctor contract"
* target = #Contract
* expression = "Task.extension.where(url='https://xiantong.example/fhir/StructureDefinition/served-contract').value.as(Reference)"

Instance: Task-definition
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-definition, task_definition, definition, Task, uri)
* description = "Tasks made from a version of a programme: url|version, as the task names it"
* expression = "Task.instantiatesCanonical"

Instance: Task-output
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-output, task_output, output, Task, reference)
* description = "The tasks that a visit, a form or a measurement closed"
* target[0] = #Encounter
* target[1] = #QuestionnaireResponse
* target[2] = #Observation
* target[3] = #Immunization
* target[4] = #Procedure
* target[5] = #ServiceRequest
* target[6] = #DiagnosticReport
* expression = "Task.output.value.as(Reference)"

Instance: Patient-area
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Patient-area, patient_area, area, Patient, token)
* description = "Residents of a village or grid"
* expression = "Patient.extension.where(url='https://xiantong.example/fhir/StructureDefinition/service-area').value.as(Coding)"

Instance: EpisodeOfCare-end-reason
InstanceOf: SearchParameter
Usage: #definition
* insert Search(EpisodeOfCare-end-reason, episode_end_reason, end-reason, EpisodeOfCare, token)
* description = "Enrolments by the reason for which they ended"
* expression = "EpisodeOfCare.extension.where(url='https://xiantong.example/fhir/StructureDefinition/enrolment-end').value.as(CodeableConcept)"

Instance: Condition-notifiable-class
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Condition-notifiable-class, condition_notifiable_class, notifiable-class, Condition, token)
* description = "Notifiable diseases by their class"
* expression = "Condition.extension.where(url='https://xiantong.example/fhir/StructureDefinition/notifiable-class').value.as(Coding)"

Instance: Observation-origin
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Observation-origin, observation_origin, origin, Observation, token)
* description = "Measurements by who measured: home or clinic"
* expression = "Observation.extension.where(url='https://xiantong.example/fhir/StructureDefinition/measurement-origin').value.as(code)"
