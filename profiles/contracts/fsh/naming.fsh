Instance: contract-number
InstanceOf: NamingSystem
Usage: #definition
* name = "ContractNumber"
* status = #active
* kind = #identifier
* date = "2026-01-01"
* publisher = "Xiantong"
* description = "Number of a family-doctor contract (协议书编号) for institutions without a numbering of their own: institution, day, and a random part."
* uniqueId.type = #uri
* uniqueId.value = "https://xiantong.example/fhir/NamingSystem/contract-number"
* uniqueId.preferred = true
