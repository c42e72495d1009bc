Instance: access-log
InstanceOf: OperationDefinition
Usage: #definition
Title: "Access log (谁查看过我的记录)"
* insert Operation(access-log, AccessLog, access-log, Patient, false)
* title = "Access log (谁查看过我的记录)"
* description = "Who has seen or changed this resident's record, newest first: the server's own AuditEvents in words."
* type = false
* instance = true
* insert Param(in, from, 0, 1, dateTime, [[Only what happened at this time or later]])
* insert Param(in, to, 0, 1, dateTime, [[Only what happened until the end of this time]])
* insert Param(in, target, 0, 1, string, [[Only what read or wrote this resource: Observation/1]])
* insert Param(in, count, 0, 1, integer, [[Accesses in one answer; 50 when absent, 1000 at most]])
* insert Param(in, cursor, 0, 1, string, [[Where the answer before ended: its next]])
* insert Group(out, access, 0, *, [[One access]])
* insert Part(out, when, 1, 1, instant, [[When]])
* insert Part(out, event, 1, 1, Reference, [[The AuditEvent]])
* insert Part(out, person, 0, 1, Reference, [[Who, with the name]])
* insert Part(out, organization, 0, 1, Reference, [[Of which institution, with its name]])
* insert Part(out, system, 1, 1, string, [[Through which system]])
* insert Part(out, kind, 1, 1, Coding, [[What was done; the display is in the language of Accept-Language]])
* insert Part(out, refused, 1, 1, boolean, [[Whether it was refused]])
* insert Part(out, what, 0, *, Reference, [[What was read or written]])
* insert Part(out, purpose, 0, 1, Coding, [[Why, when that was said]])
* insert Part(out, emergency, 1, 1, boolean, [[Whether somebody broke the glass]])
* insert Part(out, reason, 0, 1, string, [[Why, in words]])
* insert Param(out, next, 0, 1, string, [[Where the next answer begins, when there is more]])

Instance: verify-audit
InstanceOf: OperationDefinition
Usage: #definition
Title: "Verify the audit log (核验审计日志)"
* insert Operation(verify-audit, VerifyAudit, verify-audit, AuditEvent, false)
* title = "Verify the audit log (核验审计日志)"
* description = "Compares the entries of the audit log with the chain of seals over them, for ten seconds at most, and says where they differ. For administrators: system/*.cruds."
* system = true
* type = false
* instance = false
* insert Param(in, after, 0, 1, string, [[Where the call before ended: its next]])
* insert Param(in, known, 0, 1, string, [[Hash of a seal that was kept elsewhere: it must be in the chain]])
* insert Param(out, intact, 1, 1, boolean, [[Whether nothing is wrong with what was looked at]])
* insert Param(out, complete, 1, 1, boolean, [[Whether all was looked at]])
* insert Param(out, seals, 1, 1, decimal, [[Seals looked at]])
* insert Param(out, entries, 1, 1, decimal, [[Entries they seal]])
* insert Param(out, unsealed, 1, 1, decimal, [[Entries that are too young to be sealed]])
* insert Param(out, lastSeal, 0, 1, decimal, [[Number of the last seal]])
* insert Param(out, lastHash, 0, 1, string, [[Its hash, to be kept elsewhere]])
* insert Param(out, lastSealed, 0, 1, instant, [[When it was made]])
* insert Param(out, next, 0, 1, string, [[Where the next call goes on]])
* insert Group(out, break, 0, *, [[Something is wrong]])
* insert Part(out, seal, 0, 1, decimal, [[Number of the seal]])
* insert Part(out, month, 0, 1, string, [[Month of the entries]])
* insert Part(out, reason, 1, 1, string, [[What is wrong]])
* insert Group(out, dropped, 0, *, [[Months that were dropped]])
* insert Part(out, from, 1, 1, instant, [[Their beginning]])
* insert Part(out, to, 1, 1, instant, [[Their end]])
* insert Part(out, entries, 1, 1, decimal, [[How many entries there were]])
* insert Part(out, when, 1, 1, instant, [[When they were dropped]])

Instance: drop-audit
InstanceOf: OperationDefinition
Usage: #definition
Title: "Drop old months of the audit log (清除过期审计日志)"
* insert Operation(drop-audit, DropAudit, drop-audit, AuditEvent, true)
* title = "Drop old months of the audit log (清除过期审计日志)"
* description = "Drops the entries of the audit log from before a month, and records that in the log. The last six months are kept. For administrators: system/*.cruds."
* system = true
* type = false
* instance = false
* insert Param(in, before, 1, 1, string, [[Month, as in 2026-01: what is older is dropped]])
* insert Group(out, dropped, 0, *, [[Months that are dropped]])
* insert Part(out, from, 1, 1, instant, [[Their beginning]])
* insert Part(out, to, 1, 1, instant, [[Their end]])
* insert Part(out, entries, 1, 1, decimal, [[How many entries there were]])
