RuleSet: RunParts(name, min)
* insert Group(out, {name}, {min}, *, [[One run 一次生成]])
* insert Part(out, day, 1, 1, date, [[The day for which it makes tasks 任务日期]])
* insert Part(out, status, 1, 1, code, [[running | completed 进行中或已完成]])
* insert Part(out, done, 1, 1, integer, [[Residents done 已处理居民数]])
* insert Part(out, total, 1, 1, integer, [[Residents for whom time, a change or another programme may have made something due 需处理的居民数]])
* insert Part(out, created, 1, 1, integer, [[Tasks made 生成任务数]])
* insert Part(out, unassigned, 1, 1, integer, [[Tasks not made because nobody answers for the resident 因无责任机构未生成的任务数]])
* insert Part(out, refused, 1, 1, integer, [[Tasks not made because they break a rule: what they rest on is wrong 因违反规则未生成的任务数]])
* insert Part(out, started, 1, 1, instant, [[When it began 开始时间]])
* insert Part(out, ended, 0, 1, instant, [[When it ended 结束时间]])

Instance: schedule-programmes
InstanceOf: OperationDefinition
Usage: #definition
Title: "Make the tasks of the programmes (生成公共卫生任务)"
* insert Operation(schedule-programmes, ScheduleProgrammes, schedule, PlanDefinition, true)
* title = "Make the tasks of the programmes (生成公共卫生任务)"
* description = "Makes what is due of all programmes for all residents, as every night: looks at those for whom time, a change or another programme may have made something due, in slices, in the background; what is there is not made again. For administrators: system/*.cruds. 按全部服务方案为全体居民生成到期任务(与夜间自动生成相同),可重复执行。"
* comment = "Example 示例: POST [base]/PlanDefinition/$schedule {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"wait\",\"valueBoolean\":true}]}"
* type = true
* instance = false
* insert Param(in, wait, 0, 1, boolean, [[Answer when it has ended 完成后再应答]])
* insert RunParts(run, 1)

Instance: programme-runs
InstanceOf: OperationDefinition
Usage: #definition
Title: "Runs that made tasks (任务生成进度)"
* insert Operation(programme-runs, ProgrammeRuns, schedule-status, PlanDefinition, false)
* title = "Runs that made tasks (任务生成进度)"
* description = "How far the latest runs are that make the tasks of the programmes. For administrators: system/*.cruds. 查询任务生成的进度。"
* comment = "Example 示例: GET [base]/PlanDefinition/$schedule-status"
* type = true
* instance = false
* insert RunParts(run, 0)

Instance: populate-form
InstanceOf: OperationDefinition
Usage: #definition
Title: "Fill in what is known (表单预填)"
* insert Operation(populate-form, PopulateForm, populate, Questionnaire, false)
* title = "Fill in what is known (表单预填)"
* description = "A response to the form with what the record knows: what was measured today, what the resident takes, how the resident lives by the last form. 用档案中已有的内容预填随访表。"
* comment = "Example 示例: POST [base]/Questionnaire/hypertension-follow-up/$populate {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"subject\",\"valueReference\":{\"reference\":\"Patient/resident-001\"}}]}"
* type = false
* instance = true
* insert Param(in, subject, 1, 1, Reference, [[The resident 居民]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Patient"
* insert Param(out, return, 1, 1, QuestionnaireResponse, [[The response, in progress; it is not stored 预填的随访表(未保存)]])

Instance: extract-form
InstanceOf: OperationDefinition
Usage: #definition
Title: "Observations of a form (表单数据提取)"
* insert Operation(extract-form, ExtractForm, extract, QuestionnaireResponse, true)
* title = "Observations of a form (表单数据提取)"
* description = "Writes the Observations that the items marked observationExtract hold, as is done by itself for the forms of the programmes. 将表单中标记的项目写为 Observation;服务方案的随访表提交时自动执行。"
* comment = "Example 示例: POST [base]/QuestionnaireResponse/[id]/$extract {\"resourceType\":\"Parameters\"}"
* type = false
* instance = true
* insert Param(out, return, 1, 1, Bundle, [[The Observations 测量结果]])

Instance: recalculate-population
InstanceOf: OperationDefinition
Usage: #definition
Title: "Recalculate a key population (重算重点人群)"
* insert Operation(recalculate-population, RecalculatePopulation, recalculate, Group, true)
* title = "Recalculate a key population (重算重点人群)"
* description = "Computes the members of a group from its criteria: age, gender, programme, key population. It is done by itself every night, and for one resident when something about the resident changes. 按判定条件重新计算重点人群成员。"
* comment = "Example 示例: POST [base]/Group/[id]/$recalculate {\"resourceType\":\"Parameters\"}"
* type = false
* instance = true
* insert Param(out, return, 1, 1, Group, [[The group 人群分组]])
