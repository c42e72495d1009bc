// R4 has no search by the term, team, package or end of a contract. https://hl7.org/fhir/R4/contract.html#search

Instance: Contract-period
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-period, contract_period, period, Contract, date)
* description = "Contracts by the time in which they hold"
* expression = "Contract.applies"

Instance: Contract-period-end
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-period-end, contract_period_end, period-end, Contract, date)
* description = "Contracts by the last day of their term: what expires soon"
* expression = "Contract.applies.end"

Instance: Contract-type
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-type, contract_type, type, Contract, token)
* description = "Contracts by what they are about"
* expression = "Contract.type"

Instance: Contract-care-team
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-care-team, contract_care_team, care-team, Contract, reference)
* description = "Contracts by the team that answers for them"
* target = #CareTeam
* expression = "Contract.extension.where(url='https://xiantong.example/fhir/StructureDefinition/contract-care-team').value.as(Reference)"

Instance: Contract-stop-reason
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-stop-reason, contract_stop_reason, stop-reason, Contract, token)
* description = "Contracts by the reason for which they ended early"
* expression = "Contract.extension.where(url='https://xiantong.example/fhir/StructureDefinition/contract-stop-reason').value.as(CodeableConcept)"

Instance: Contract-key-population
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-key-population, contract_key_population, key-population, Contract, token)
* description = "Contracts by the population of the resident"
* expression = "Contract.extension.where(url='https://xiantong.example/fhir/StructureDefinition/key-population').value.as(CodeableConcept)"

Instance: Contract-predecessor
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-predecessor, contract_predecessor, predecessor, Contract, reference)
* description = "The contract that renewed or replaced this one"
* target = #Contract
* expression = "Contract.extension.where(url='https://xiantong.example/fhir/StructureDefinition/contract-predecessor').value.as(Reference)"

Instance: Contract-package
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Contract-package, contract_package, package, Contract, uri)
* description = "Contracts that promise a package: url|version, as the contract names it"
* expression = "Contract.term.extension.where(url='https://xiantong.example/fhir/StructureDefinition/contract-package').value.as(canonical)"

Instance: Patient-key-population
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Patient-key-population, patient_key_population, key-population, Patient, token)
* description = "Residents by the population to which they belong"
* expression = "Patient.extension.where(url='https://xiantong.example/fhir/StructureDefinition/key-population').value.as(CodeableConcept)"

Instance: CarePlan-contract
InstanceOf: SearchParameter
Usage: #definition
* insert Search(CarePlan-contract, care_plan_contract, contract, CarePlan, reference)
* description = "The service plan of a contract"
* target = #Contract
* expression = "CarePlan.extension.where(url='https://xiantong.example/fhir/StructureDefinition/served-contract').value.as(Reference)"

Instance: EpisodeOfCare-contract
InstanceOf: SearchParameter
Usage: #definition
* insert Search(EpisodeOfCare-contract, episode_contract, contract, EpisodeOfCare, reference)
* description = "The periods of responsibility under a contract"
* target = #Contract
* expression = "EpisodeOfCare.extension.where(url='https://xiantong.example/fhir/StructureDefinition/served-contract').value.as(Reference)"

Instance: EpisodeOfCare-team
InstanceOf: SearchParameter
Usage: #definition
* insert Search(EpisodeOfCare-team, episode_team, team, EpisodeOfCare, reference)
* description = "The residents for whom a team answers"
* target = #CareTeam
* expression = "EpisodeOfCare.team"
