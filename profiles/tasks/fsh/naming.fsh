Instance: public-health-task
InstanceOf: NamingSystem
Usage: #definition
* name = "PublicHealthTaskNumber"
* status = #active
* kind = #identifier
* date = "2026-01-01"
* publisher = "Xiantong"
* description = "Number of a public-health task (公共卫生任务编号): id of the resident, programme, and period or sequence, with slashes between them. Who makes the same task twice writes the same number, and a conditional create makes one."
* uniqueId.type = #uri
* uniqueId.value = "https://xiantong.example/fhir/NamingSystem/public-health-task"
* uniqueId.preferred = true
