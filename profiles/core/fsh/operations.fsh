RuleSet: ReindexOut(min)
* insert Param(out, jobId, {min}, 1, string, [[Names the job 任务编号]])
* insert Param(out, status, {min}, 1, code, [[queued | running | completed | cancelled | failed 任务状态]])
* insert Param(out, type, 0, *, code, [[What is reindexed 重建索引的资源类型]])
* insert Param(out, done, {min}, 1, decimal, [[Resources done 已处理的资源数]])
* insert Param(out, total, 0, 1, decimal, [[Resources in all, once it has begun 资源总数(开始后才有)]])
* insert Param(out, repaired, {min}, 1, decimal, [[Entries of the index that were missing or too many 补上或去掉的索引条目数]])
* insert Param(out, requested, {min}, 1, instant, [[When it was asked for 提交时间]])
* insert Param(out, ended, 0, 1, instant, [[When it ended 结束时间]])
* insert Param(out, error, 0, 1, string, [[Why it failed 失败原因]])

RuleSet: ReindexParts
* insert Part(out, jobId, 1, 1, string, [[Names the job 任务编号]])
* insert Part(out, status, 1, 1, code, [[queued | running | completed | cancelled | failed 任务状态]])
* insert Part(out, type, 0, *, code, [[What is reindexed 重建索引的资源类型]])
* insert Part(out, done, 1, 1, decimal, [[Resources done 已处理的资源数]])
* insert Part(out, total, 0, 1, decimal, [[Resources in all, once it has begun 资源总数(开始后才有)]])
* insert Part(out, repaired, 1, 1, decimal, [[Entries of the index that were missing or too many 补上或去掉的索引条目数]])
* insert Part(out, requested, 1, 1, instant, [[When it was asked for 提交时间]])
* insert Part(out, ended, 0, 1, instant, [[When it ended 结束时间]])
* insert Part(out, error, 0, 1, string, [[Why it failed 失败原因]])

Instance: reindex
InstanceOf: OperationDefinition
Usage: #definition
Title: "Reindex (重建索引)"
* insert Operation(reindex, Reindex, reindex, Resource, true)
* title = "Reindex (重建索引)"
* description = "Compares the index of all resources, or of those of some types, with their content, and repairs the difference, in the background. Searches stay right meanwhile. For administrators: system/*.cruds. 在后台比对全部或部分类型资源的索引与内容并修复差异,期间检索保持正确。仅限管理员。"
* comment = "Example 示例: POST [base]/$reindex {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"type\",\"valueCode\":\"Observation\"}]}"
* system = true
* type = true
* instance = false
* insert Param(in, type, 0, *, code, [[Resource types, when called on the system; all when absent 资源类型(在系统级调用时);缺省为全部]])
* insert Param(in, parameter, 0, 1, string, [[Id or url of a SearchParameter in use: the types it applies to 在用检索参数的 id 或 url:重建其适用的类型]])
* insert ReindexOut(1)

Instance: reindex-status
InstanceOf: OperationDefinition
Usage: #definition
Title: "Reindex status (重建索引状态)"
* insert Operation(reindex-status, ReindexStatus, reindex-status, Resource, false)
* title = "Reindex status (重建索引状态)"
* description = "How far a reindex job is, as $reindex answered it; without a job, the latest jobs, each in a parameter reindex. 查询重建索引任务的进度;不给任务编号时列出近期任务。"
* comment = "Example 示例: GET [base]/$reindex-status"
* system = true
* type = false
* instance = false
* insert Param(in, job, 0, 1, string, [[The jobId 任务编号]])
* insert ReindexOut(0)
* insert Group(out, reindex, 0, *, [[One of the latest jobs 近期任务]])
* insert ReindexParts

Instance: reindex-cancel
InstanceOf: OperationDefinition
Usage: #definition
Title: "Cancel reindex (取消重建索引)"
* insert Operation(reindex-cancel, ReindexCancel, reindex-cancel, Resource, true)
* title = "Cancel reindex (取消重建索引)"
* description = "Ends a reindex job where it is. What it has repaired stays repaired. 中止重建索引任务;已修复的保持不变。"
* comment = "Example 示例: POST [base]/$reindex-cancel {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"job\",\"valueString\":\"1\"}]}"
* system = true
* type = false
* instance = false
* insert Param(in, job, 1, 1, string, [[The jobId 任务编号]])
* insert ReindexOut(1)

Instance: index-status
InstanceOf: OperationDefinition
Usage: #definition
Title: "Index status (检索参数索引状态)"
* insert Operation(index-status, IndexStatus, index-status, SearchParameter, false)
* title = "Index status (检索参数索引状态)"
* description = "What became of the active SearchParameters that clients made, or of one: whether searches may use it, or how far its index is. 客户端自建检索参数的状态:是否可用,或索引已建到多少。"
* comment = "Example 示例: GET [base]/SearchParameter/$index-status"
* type = true
* instance = true
* insert Group(out, parameter, 0, *, [[One SearchParameter 一个检索参数]])
* insert Part(out, reference, 1, 1, Reference, [[The SearchParameter 检索参数]])
* insert Part(out, code, 1, 1, code, [[Its name in searches 检索时的参数名]])
* insert Part(out, base, 1, *, code, [[Resource types that have it 适用的资源类型]])
* insert Part(out, status, 1, 1, code, [[usable | building | unused 可用、建立中或未使用]])
* insert Part(out, percent, 1, 1, integer, [[How much of the resources is indexed 已建索引的百分比]])
* insert Part(out, reason, 0, *, string, [[Why it is not used 未使用的原因]])

RuleSet: PackageOut(min)
* insert Param(out, name, {min}, 1, string, [[Name of the package 包名]])
* insert Param(out, version, {min}, 1, string, [[Its version 版本]])
* insert Param(out, sha256, {min}, 1, string, [[Digest of the bytes that were sent 所传内容的摘要]])
* insert Param(out, installed, {min}, 1, instant, [[When this version was installed 安装时间]])
* insert Param(out, resources, {min}, 1, integer, [[How many resources it has brought 带来的资源数]])
* insert Param(out, created, {min}, 1, integer, [[Resources that are new 新增]])
* insert Param(out, updated, {min}, 1, integer, [[Resources that were replaced 更新]])
* insert Param(out, unchanged, {min}, 1, integer, [[Resources that were there already 未变]])
* insert Param(out, deleted, {min}, 1, integer, [[Resources that are gone 删除]])
* insert Group(out, dependency, 0, *, [[A package that it builds on 所依赖的包]])
* insert Part(out, name, 1, 1, string, [[Its name 名称]])
* insert Part(out, version, 1, 1, string, [[The version that is asked for 要求的版本]])
* insert Part(out, status, 1, 1, code, [[built-in | installed | missing 内置、已安装或缺失]])
* insert Part(out, found, 0, 1, string, [[The version that is here 现有版本]])
* insert Group(out, problem, 0, *, [[What of it has no effect, or is not as it should be 不生效或有问题之处]])
* insert Part(out, severity, 1, 1, code, [[error | warning | information 级别]])
* insert Part(out, text, 1, 1, string, [[What it is, in the language of the request 以请求语言说明]])

Instance: install-package
InstanceOf: OperationDefinition
Usage: #definition
Title: "Install a FHIR package (安装 FHIR 包)"
* insert Operation(install-package, InstallPackage, install-package, Resource, true)
* title = "Install a FHIR package (安装 FHIR 包)"
* description = "Stores the definitions of a FHIR package for R4, in the place of those of its version before, all or nothing. POST the bytes of the .tgz as application/gzip. Profiles, value sets, code systems and search parameters work without a restart. For administrators: system/*.cruds. 安装 R4 的 FHIR 包,整体替换其旧版本,全部成功或全部不成功;无需重启。以 application/gzip 直接提交 .tgz。仅限管理员。"
* comment = "Example 示例: POST [base]/$install-package, Content-Type: application/gzip, body 正文: .tgz"
* system = true
* type = false
* instance = false
* insert Param(in, package, 1, 1, base64Binary, [[The .tgz 包文件]])
* insert PackageOut(1)

Instance: remove-package
InstanceOf: OperationDefinition
Usage: #definition
Title: "Remove a FHIR package (卸载 FHIR 包)"
* insert Operation(remove-package, RemovePackage, remove-package, Resource, true)
* title = "Remove a FHIR package (卸载 FHIR 包)"
* description = "Deletes the definitions that an installed package has brought. For administrators: system/*.cruds. 删除已安装包带来的定义。仅限管理员。"
* comment = "Example 示例: POST [base]/$remove-package {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"name\",\"valueString\":\"hl7.fhir.uv.ips\"}]}"
* system = true
* type = false
* instance = false
* insert Param(in, name, 1, 1, string, [[Name of the package 包名]])
* insert PackageOut(1)

Instance: installed-packages
InstanceOf: OperationDefinition
Usage: #definition
Title: "Installed FHIR packages (已安装的 FHIR 包)"
* insert Operation(installed-packages, InstalledPackages, installed-packages, Resource, false)
* title = "Installed FHIR packages (已安装的 FHIR 包)"
* description = "The packages that were installed into this server, beside those that it came with. 列出除自带之外已安装的包。"
* comment = "Example 示例: GET [base]/$installed-packages"
* system = true
* type = false
* instance = false
* insert Group(out, package, 0, *, [[One package, as $install-package has answered it 一个包,内容同 $install-package 的返回]])
* insert Part(out, name, 1, 1, string, [[Name of the package 包名]])
* insert Part(out, version, 1, 1, string, [[Its version 版本]])
* insert Part(out, sha256, 1, 1, string, [[Digest of the bytes that were sent 所传内容的摘要]])
* insert Part(out, installed, 1, 1, instant, [[When this version was installed 安装时间]])
* insert Part(out, resources, 1, 1, integer, [[How many resources it has brought 带来的资源数]])
* insert PartGroup(out, dependency, 0, *, [[A package that it builds on 所依赖的包]])
* insert SubPart(out, name, 1, 1, string, [[Its name 名称]])
* insert SubPart(out, version, 1, 1, string, [[The version that is asked for 要求的版本]])
* insert SubPart(out, status, 1, 1, code, [[built-in | installed | missing 内置、已安装或缺失]])
* insert SubPart(out, found, 0, 1, string, [[The version that is here 现有版本]])
* insert PartGroup(out, problem, 0, *, [[What of it has no effect, or is not as it should be 不生效或有问题之处]])
* insert SubPart(out, severity, 1, 1, code, [[error | warning | information 级别]])
* insert SubPart(out, text, 1, 1, string, [[What it is, in the language of the request 以请求语言说明]])

Instance: load-code-system
InstanceOf: OperationDefinition
Usage: #definition
Title: "Load a code system (加载代码系统)"
* insert Operation(load-code-system, LoadCodeSystem, load, CodeSystem, true)
* title = "Load a code system (加载代码系统)"
* description = "Takes in a code system whose concepts are too many for a resource, in parts. Nobody sees any of it until the last part, which replaces what there was. The same content again changes nothing. For administrators: system/*.cruds. 分批导入概念过多的代码系统;最后一批到达前外界不可见,到达后整体替换。相同内容重复导入不产生变化。仅限管理员。"
* comment = "Example 示例: POST [base]/CodeSystem/$load {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"load\",\"valueString\":\"local-items-2026\"},{\"name\":\"system\",\"resource\":{\"resourceType\":\"CodeSystem\",\"url\":\"https://example.org/CodeSystem/local-items\",\"status\":\"active\",\"content\":\"complete\",\"concept\":[{\"code\":\"A\",\"display\":\"甲\"}]}},{\"name\":\"sha256\",\"valueString\":\"…\"},{\"name\":\"place\",\"valueInteger\":0},{\"name\":\"finish\",\"valueBoolean\":true},{\"name\":\"count\",\"valueInteger\":1}]}"
* type = true
* instance = false
* insert Param(in, load, 1, 1, string, [[Names this load: the same in all of its parts 本次导入的名称,各部分相同]])
* insert Param(in, system, 1, 1, CodeSystem, [[The code system with a part of its concepts, which stand flat; what is above is the property parent 代码系统及其一部分概念,平铺列出,上级写在 parent 属性]])
* insert Param(in, sha256, 1, 1, string, [[Of the whole content 全部内容的摘要]])
* insert Param(in, place, 0, 1, integer, [[Place of the first concept of this part, from 0 on 本部分首个概念的序号,从 0 起]])
* insert Param(in, finish, 0, 1, boolean, [[This is the last part 是否最后一部分]])
* insert Param(in, count, 0, 1, integer, [[With finish: how many concepts there are in all 最后一部分时:概念总数]])
* insert Param(out, outcome, 1, 1, code, [[arrived | loaded | unchanged 已收到、已生效或无变化]])
* insert Param(out, count, 0, 1, integer, [[Concepts that arrived, or that there are now 收到的或现有的概念数]])

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
* insert Param(in, to, 1, 1, dateTime, [[The new time, after the present one, by ten years at most 新的时间,须晚于当前,最多拨快十年]])
* insert Param(out, now, 1, 1, instant, [[The time it is now 当前时间]])
* insert Param(out, deadlines, 1, 1, integer, [[How many deadlines were dealt with on the way 途中处理的期限数]])
