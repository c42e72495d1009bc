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
