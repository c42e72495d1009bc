Invariant: county-package-promise
Description: "Every service of a package says how often it is promised: so many times in so long, or so many times"
Severity: #error
Expression: "action.all(timing.ofType(Timing).repeat.where(count.exists() or (frequency.exists() and period.exists() and periodUnit.exists())).exists())"
* insert Zh([[服务包内每项服务应注明约定次数]])

Profile: CountyServicePackage
Parent: PlanDefinition
Id: county-service-package
Title: "Service package (签约服务包)"
Description: "What a family-doctor contract promises: services and how often. A package is changed by a new version; contracts keep the one they name."
* insert Published
* obeys county-package-promise
* url 1..1 MS
* version 1..1 MS
* title 1..1 MS
* title ^short = "Name of the package (服务包名称)"
* type 1..1
* type = $plan-type#workflow-definition
* topic 1..1 MS
* topic from ContractPackageTypeVS (required)
* topic ^short = "Basic or personalised (包类型)"
* effectivePeriod 1..1 MS
* effectivePeriod.start 1..1
* effectivePeriod ^short = "When it may be signed (有效期)"
* useContext MS
* useContext ^short = "For whom: age, key population (适用人群)"
* action 1..* MS
* action.title 1..1 MS
* action.title ^short = "The service (服务项目)"
* action.timing[x] 1..1 MS
* action.timing[x] only Timing
* action.timing[x] ^short = "How often (约定次数)"
* action.definition[x] 1..1 MS
* action.definition[x] only Canonical(ActivityDefinition)
* action.definition[x] ^short = "url of the service (服务项目定义)"

Profile: CountyServiceItem
Parent: ActivityDefinition
Id: county-service-item
Title: "Service item (签约服务项目)"
Description: "One service that packages promise, and by which activity it is delivered."
* insert Published
* url 1..1 MS
* version 1..1 MS
* title 1..1 MS
* title ^short = "Name of the service (服务项目名称)"
* kind 1..1 MS
* kind ^short = "What is made of it: a Task, an order, an appointment (生成的资源类型)"
* code 1..1 MS
* code ^short = "Code of the service, as tasks and orders bear it (服务项目代码)"
* participant MS
* participant ^short = "Who delivers it (提供者)"
* useContext MS
* useContext ^short = "The programme that the service is a part of: code program (所属公共卫生服务方案)"
