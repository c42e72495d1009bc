Instance: access-log
InstanceOf: OperationDefinition
Usage: #definition
Title: "Access log (谁查看过我的记录)"
* insert Operation(access-log, AccessLog, access-log, Patient, false)
* title = "Access log (谁查看过我的记录)"
* description = "Who has seen or changed this resident's record, with what Patient.link says is the same person's, newest first: the server's own AuditEvents in words. 谁看过或改过该居民的档案(含关联档案),最新在前;取自服务器的审计事件并以文字说明。"
* comment = "Example 示例: GET [base]/Patient/resident-007/$access-log?count=20"
* type = false
* instance = true
* insert Param(in, from, 0, 1, dateTime, [[Only what happened at this time or later 只列此时及之后的访问]])
* insert Param(in, to, 0, 1, dateTime, [[Only what happened until the end of this time 只列此时之前(含)的访问]])
* insert Param(in, target, 0, 1, string, [[Only what read or wrote this resource: Observation/1 只列读写此资源的访问,如 Observation/1]])
* insert Param(in, count, 0, 1, integer, [[Accesses in one answer; 50 when absent, 1000 at most 每次返回条数,缺省 50,至多 1000]])
* insert Param(in, cursor, 0, 1, string, [[Where the answer before ended: its next 上次返回的 next]])
* insert Group(out, access, 0, *, [[One access 一次访问]])
* insert Part(out, when, 1, 1, instant, [[When 时间]])
* insert Part(out, event, 1, 1, Reference, [[The AuditEvent 审计事件]])
* insert Part(out, person, 0, 1, Reference, [[Who, with the name 访问者及姓名]])
* insert Part(out, organization, 0, 1, Reference, [[Of which institution, with its name 所属机构及名称]])
* insert Part(out, system, 1, 1, string, [[Through which system 所用系统]])
* insert Part(out, kind, 1, 1, Coding, [[What was done; the display is in the language of Accept-Language 访问类别,显示名随 Accept-Language]])
* insert Part(out, refused, 1, 1, boolean, [[Whether it was refused 是否被拒绝]])
* insert Part(out, what, 0, *, Reference, [[What was read or written 读写的资源]])
* insert Part(out, purpose, 0, 1, Coding, [[Why, when that was said 访问目的(如有)]])
* insert Part(out, emergency, 1, 1, boolean, [[Whether somebody broke the glass 是否紧急访问]])
* insert Part(out, reason, 0, 1, string, [[Why, in words 文字理由]])
* insert Param(out, next, 0, 1, string, [[Where the next answer begins, when there is more 如有更多,下次的起点]])

Instance: verify-audit
InstanceOf: OperationDefinition
Usage: #definition
Title: "Verify the audit log (核验审计日志)"
* insert Operation(verify-audit, VerifyAudit, verify-audit, AuditEvent, false)
* title = "Verify the audit log (核验审计日志)"
* description = "Compares the entries of the audit log with the chain of seals over them, for ten seconds at most, and says where they differ. For administrators: system/*.cruds. 核对审计日志条目与其封印链,至多十秒,并指出不符之处。仅限管理员。"
* comment = "Example 示例: GET [base]/$verify-audit"
* system = true
* type = false
* instance = false
* insert Param(in, after, 0, 1, string, [[Where the call before ended: its next 上次返回的 next]])
* insert Param(in, known, 0, 1, string, [[Hash of a seal that was kept elsewhere: it must be in the chain 另存的封印哈希,须在链中]])
* insert Param(out, intact, 1, 1, boolean, [[Whether nothing is wrong with what was looked at 所查部分是否完好]])
* insert Param(out, complete, 1, 1, boolean, [[Whether all was looked at 是否已全部检查]])
* insert Param(out, seals, 1, 1, decimal, [[Seals looked at 检查的封印数]])
* insert Param(out, entries, 1, 1, decimal, [[Entries they seal 所封的条目数]])
* insert Param(out, unsealed, 1, 1, decimal, [[Entries that are too young to be sealed 尚未封印的条目数]])
* insert Param(out, lastSeal, 0, 1, decimal, [[Number of the last seal 最后封印的序号]])
* insert Param(out, lastHash, 0, 1, string, [[Its hash, to be kept elsewhere 其哈希,宜另行保存]])
* insert Param(out, lastSealed, 0, 1, instant, [[When it was made 封印时间]])
* insert Param(out, next, 0, 1, string, [[Where the next call goes on 下次调用的起点]])
* insert Group(out, break, 0, *, [[Something is wrong 一处异常]])
* insert Part(out, seal, 0, 1, decimal, [[Number of the seal 封印序号]])
* insert Part(out, month, 0, 1, string, [[Month of the entries 条目所属月份]])
* insert Part(out, reason, 1, 1, string, [[What is wrong 异常说明]])
* insert Group(out, dropped, 0, *, [[Months that were dropped 已清除的月份]])
* insert Part(out, from, 1, 1, instant, [[Their beginning 开始]])
* insert Part(out, to, 1, 1, instant, [[Their end 结束]])
* insert Part(out, entries, 1, 1, decimal, [[How many entries there were 条目数]])
* insert Part(out, when, 1, 1, instant, [[When they were dropped 清除时间]])

Instance: drop-audit
InstanceOf: OperationDefinition
Usage: #definition
Title: "Drop old months of the audit log (清除过期审计日志)"
* insert Operation(drop-audit, DropAudit, drop-audit, AuditEvent, true)
* title = "Drop old months of the audit log (清除过期审计日志)"
* description = "Drops the entries of the audit log from before a month, and records that in the log. The last six months are kept. For administrators: system/*.cruds. 清除某月之前的审计条目,并在日志中记载;最近六个月保留。仅限管理员。"
* comment = "Example 示例: POST [base]/$drop-audit {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"before\",\"valueString\":\"2026-01\"}]}"
* system = true
* type = false
* instance = false
* insert Param(in, before, 1, 1, string, [[Month, as in 2026-01: what is older is dropped 月份,如 2026-01,更早的予以清除]])
* insert Group(out, dropped, 0, *, [[Months that are dropped 被清除的月份]])
* insert Part(out, from, 1, 1, instant, [[Their beginning 开始]])
* insert Part(out, to, 1, 1, instant, [[Their end 结束]])
* insert Part(out, entries, 1, 1, decimal, [[How many entries there were 条目数]])
