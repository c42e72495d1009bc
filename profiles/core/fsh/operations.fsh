RuleSet: ReindexOut(min)
* insert Param(out, jobId, {min}, 1, string, [[Names the job]])
* insert Param(out, status, {min}, 1, code, [[queued | running | completed | cancelled | failed]])
* insert Param(out, type, 0, *, code, [[What is reindexed]])
* insert Param(out, done, {min}, 1, decimal, [[Resources done]])
* insert Param(out, total, 0, 1, decimal, [[Resources in all, once it has begun]])
* insert Param(out, repaired, {min}, 1, decimal, [[Entries of the index that were missing or too many]])
* insert Param(out, requested, {min}, 1, instant, [[When it was asked for]])
* insert Param(out, ended, 0, 1, instant, [[When it ended]])
* insert Param(out, error, 0, 1, string, [[Why it failed]])

RuleSet: ReindexParts
* insert Part(out, jobId, 1, 1, string, [[Names the job]])
* insert Part(out, status, 1, 1, code, [[queued | running | completed | cancelled | failed]])
* insert Part(out, type, 0, *, code, [[What is reindexed]])
* insert Part(out, done, 1, 1, decimal, [[Resources done]])
* insert Part(out, total, 0, 1, decimal, [[Resources in all, once it has begun]])
* insert Part(out, repaired, 1, 1, decimal, [[Entries of the index that were missing or too many]])
* insert Part(out, requested, 1, 1, instant, [[When it was asked for]])
* insert Part(out, ended, 0, 1, instant, [[When it ended]])
* insert Part(out, error, 0, 1, string, [[Why it failed]])

Instance: reindex
InstanceOf: OperationDefinition
Usage: #definition
Title: "Reindex (重建索引)"
* insert Operation(reindex, Reindex, reindex, Resource, true)
* title = "Reindex (重建索引)"
* description = "Compares the index of all resources, or of those of some types, with their content, and repairs the difference, in the background. Searches stay right meanwhile. For administrators: system/*.cruds."
* system = true
* type = true
* instance = false
* insert Param(in, type, 0, *, code, [[Resource types, when called on the system; all when absent]])
* insert Param(in, parameter, 0, 1, string, [[Id or url of a SearchParameter in use: the types it applies to]])
* insert ReindexOut(1)

Instance: reindex-status
InstanceOf: OperationDefinition
Usage: #definition
Title: "Reindex status (重建索引状态)"
* insert Operation(reindex-status, ReindexStatus, reindex-status, Resource, false)
* title = "Reindex status (重建索引状态)"
* description = "How far a reindex job is, as $reindex answered it; without a job, the latest jobs, each in a parameter reindex."
* system = true
* type = false
* instance = false
* insert Param(in, job, 0, 1, string, [[The jobId]])
* insert ReindexOut(0)
* insert Group(out, reindex, 0, *, [[One of the latest jobs]])
* insert ReindexParts

Instance: reindex-cancel
InstanceOf: OperationDefinition
Usage: #definition
Title: "Cancel reindex (取消重建索引)"
* insert Operation(reindex-cancel, ReindexCancel, reindex-cancel, Resource, true)
* title = "Cancel reindex (取消重建索引)"
* description = "Ends a reindex job where it is. What it has repaired stays repaired."
* system = true
* type = false
* instance = false
* insert Param(in, job, 1, 1, string, [[The jobId]])
* insert ReindexOut(1)

Instance: index-status
InstanceOf: OperationDefinition
Usage: #definition
Title: "Index status (检索参数索引状态)"
* insert Operation(index-status, IndexStatus, index-status, SearchParameter, false)
* title = "Index status (检索参数索引状态)"
* description = "What became of the active SearchParameters that clients made, or of one: whether searches may use it, or how far its index is."
* type = true
* instance = true
* insert Group(out, parameter, 0, *, [[One SearchParameter]])
* insert Part(out, reference, 1, 1, Reference, [[The SearchParameter]])
* insert Part(out, code, 1, 1, code, [[Its name in searches]])
* insert Part(out, base, 1, *, code, [[Resource types that have it]])
* insert Part(out, status, 1, 1, code, [[usable | building | unused]])
* insert Part(out, percent, 1, 1, integer, [[How much of the resources is indexed]])
* insert Part(out, reason, 0, *, string, [[Why it is not used]])

RuleSet: PackageOut(min)
* insert Param(out, name, {min}, 1, string, [[Name of the package]])
* insert Param(out, version, {min}, 1, string, [[Its version]])
* insert Param(out, sha256, {min}, 1, string, [[Digest of the bytes that were sent]])
* insert Param(out, installed, {min}, 1, instant, [[When this version was installed]])
* insert Param(out, resources, {min}, 1, integer, [[How many resources it has brought]])
* insert Param(out, created, {min}, 1, integer, [[Resources that are new]])
* insert Param(out, updated, {min}, 1, integer, [[Resources that were replaced]])
* insert Param(out, unchanged, {min}, 1, integer, [[Resources that were there already]])
* insert Param(out, deleted, {min}, 1, integer, [[Resources that are gone]])
* insert Group(out, dependency, 0, *, [[A package that it builds on]])
* insert Part(out, name, 1, 1, string, [[Its name]])
* insert Part(out, version, 1, 1, string, [[The version that is asked for]])
* insert Part(out, status, 1, 1, code, [[built-in | installed | missing]])
* insert Part(out, found, 0, 1, string, [[The version that is here]])
* insert Group(out, problem, 0, *, [[What of it has no effect, or is not as it should be]])
* insert Part(out, severity, 1, 1, code, [[error | warning | information]])
* insert Part(out, text, 1, 1, string, [[What it is, in the language of the request]])

Instance: install-package
InstanceOf: OperationDefinition
Usage: #definition
Title: "Install a FHIR package (安装 FHIR 包)"
* insert Operation(install-package, InstallPackage, install-package, Resource, true)
* title = "Install a FHIR package (安装 FHIR 包)"
* description = "Stores the definitions of a FHIR package for R4, in the place of those of its version before, all or nothing. POST the bytes of the .tgz as application/gzip. Profiles, value sets, code systems and search parameters work without a restart. For administrators: system/*.cruds."
* system = true
* type = false
* instance = false
* insert Param(in, package, 1, 1, base64Binary, [[The .tgz]])
* insert PackageOut(1)

Instance: remove-package
InstanceOf: OperationDefinition
Usage: #definition
Title: "Remove a FHIR package (卸载 FHIR 包)"
* insert Operation(remove-package, RemovePackage, remove-package, Resource, true)
* title = "Remove a FHIR package (卸载 FHIR 包)"
* description = "Deletes the definitions that an installed package has brought. For administrators: system/*.cruds."
* system = true
* type = false
* instance = false
* insert Param(in, name, 1, 1, string, [[Name of the package]])
* insert PackageOut(1)

Instance: installed-packages
InstanceOf: OperationDefinition
Usage: #definition
Title: "Installed FHIR packages (已安装的 FHIR 包)"
* insert Operation(installed-packages, InstalledPackages, installed-packages, Resource, false)
* title = "Installed FHIR packages (已安装的 FHIR 包)"
* description = "The packages that were installed into this server, beside those that it came with."
* system = true
* type = false
* instance = false
* insert Group(out, package, 0, *, [[One package, as $install-package has answered it]])
* insert Part(out, name, 1, 1, string, [[Name of the package]])
* insert Part(out, version, 1, 1, string, [[Its version]])
* insert Part(out, sha256, 1, 1, string, [[Digest of the bytes that were sent]])
* insert Part(out, installed, 1, 1, instant, [[When this version was installed]])
* insert Part(out, resources, 1, 1, integer, [[How many resources it has brought]])
* insert PartGroup(out, dependency, 0, *, [[A package that it builds on]])
* insert SubPart(out, name, 1, 1, string, [[Its name]])
* insert SubPart(out, version, 1, 1, string, [[The version that is asked for]])
* insert SubPart(out, status, 1, 1, code, [[built-in | installed | missing]])
* insert SubPart(out, found, 0, 1, string, [[The version that is here]])
* insert PartGroup(out, problem, 0, *, [[What of it has no effect, or is not as it should be]])
* insert SubPart(out, severity, 1, 1, code, [[error | warning | information]])
* insert SubPart(out, text, 1, 1, string, [[What it is, in the language of the request]])

Instance: load-code-system
InstanceOf: OperationDefinition
Usage: #definition
Title: "Load a code system (加载代码系统)"
* insert Operation(load-code-system, LoadCodeSystem, load, CodeSystem, true)
* title = "Load a code system (加载代码系统)"
* description = "Takes in a code system whose concepts are too many for a resource, in parts. Nobody sees any of it until the last part, which replaces what there was. The same content again changes nothing. For administrators: system/*.cruds."
* type = true
* instance = false
* insert Param(in, load, 1, 1, string, [[Names this load: the same in all of its parts]])
* insert Param(in, system, 1, 1, CodeSystem, [[The code system with a part of its concepts, which stand flat; what is above is the property parent]])
* insert Param(in, sha256, 1, 1, string, [[Of the whole content]])
* insert Param(in, place, 0, 1, integer, [[Place of the first concept of this part, from 0 on]])
* insert Param(in, finish, 0, 1, boolean, [[This is the last part]])
* insert Param(in, count, 0, 1, integer, [[With finish: how many concepts there are in all]])
* insert Param(out, outcome, 1, 1, code, [[arrived | loaded | unchanged]])
* insert Param(out, count, 0, 1, integer, [[Concepts that arrived, or that there are now]])

Instance: advance-clock
InstanceOf: OperationDefinition
Usage: #definition
Title: "Advance the clock (拨快时钟)"
* insert Operation(advance-clock, AdvanceClock, advance-clock, Resource, true)
* title = "Advance the clock (拨快时钟)"
* description = "Moves the time of a server that was started with CLOCK=movable, for training and tests: all that falls due on the way happens, each at its time. Other servers do not have it. For administrators: system/*.cruds. 拨快以 CLOCK=movable 启动的服务器的时钟(培训与测试用),期间到期的事项依次处理。"
* comment = "Example 示例: POST [base]/$advance-clock {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"to\",\"valueDateTime\":\"2027-01-01T08:00:00+08:00\"}]}"
* system = true
* type = false
* instance = false
* insert Param(in, to, 1, 1, dateTime, [[The new time, after the present one]])
* insert Param(out, now, 1, 1, instant, [[The time it is now]])
* insert Param(out, deadlines, 1, 1, integer, [[How many deadlines were dealt with on the way]])
