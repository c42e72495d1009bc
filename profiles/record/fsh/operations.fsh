Instance: patient-link
InstanceOf: OperationDefinition
Usage: #definition
Title: "Link records (关联档案)"
* insert Operation(patient-link, LinkPatients, link, Patient, true)
* title = "Link records (关联档案)"
* description = "Two records are one person's: both stay in use and are read as one. Undone by $unlink. 两份档案属于同一人:均继续使用,并作为一份读取。可用 $unlink 撤销。"
* comment = "Example 示例: POST [base]/Patient/$link {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"source-patient\",\"valueReference\":{\"reference\":\"Patient/1\"}},{\"name\":\"target-patient\",\"valueReference\":{\"reference\":\"Patient/2\"}},{\"name\":\"reason\",\"valueString\":\"身份证号相同\"}]}"
* insert TwoRecords([[One record 一份档案]], [[The other, which others are linked to 另一份档案,其他档案与之关联]])

Instance: patient-unlink
InstanceOf: OperationDefinition
Usage: #definition
Title: "Unlink records (取消关联)"
* insert Operation(patient-unlink, UnlinkPatients, unlink, Patient, true)
* title = "Unlink records (取消关联)"
* description = "Two records that were linked are two people's after all. They are not linked again by themselves. 原已关联的两份档案并非同一人;此后不再自动关联。"
* comment = "Example 示例: POST [base]/Patient/$unlink {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"source-patient\",\"valueReference\":{\"reference\":\"Patient/1\"}},{\"name\":\"target-patient\",\"valueReference\":{\"reference\":\"Patient/2\"}},{\"name\":\"reason\",\"valueString\":\"身份证号相同\"}]}"
* insert TwoRecords([[One record 一份档案]], [[The other 另一份档案]])

Instance: patient-merge
InstanceOf: OperationDefinition
Usage: #definition
Title: "Merge records (合并档案)"
* insert Operation(patient-merge, MergePatients, merge, Patient, true)
* title = "Merge records (合并档案)"
* description = "A record is replaced by another: by pointer (Patient.link), so that no reference is rewritten and everything can be undone with $unmerge. Refused while an encounter of the person is open. 一份档案由另一份取代:只记指针(Patient.link),不改写任何引用,可用 $unmerge 完全撤销。有未结束的就诊时拒绝。"
* comment = "Example 示例: POST [base]/Patient/$merge {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"source-patient\",\"valueReference\":{\"reference\":\"Patient/1\"}},{\"name\":\"target-patient\",\"valueReference\":{\"reference\":\"Patient/2\"}},{\"name\":\"reason\",\"valueString\":\"身份证号相同\"}]}"
* insert TwoRecords([[The record that is replaced 被合并的档案]], [[The record that stays in use 继续使用的档案]])

Instance: patient-unmerge
InstanceOf: OperationDefinition
Usage: #definition
Title: "Unmerge records (拆分档案)"
* insert Operation(patient-unmerge, UnmergePatients, unmerge, Patient, true)
* title = "Unmerge records (拆分档案)"
* description = "Undoes a merge: both records are in use again, as they were. 撤销合并:两份档案恢复原状并均可使用。"
* comment = "Example 示例: POST [base]/Patient/$unmerge {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"source-patient\",\"valueReference\":{\"reference\":\"Patient/1\"}},{\"name\":\"target-patient\",\"valueReference\":{\"reference\":\"Patient/2\"}},{\"name\":\"reason\",\"valueString\":\"身份证号相同\"}]}"
* insert TwoRecords([[The record that was replaced 曾被合并的档案]], [[The record that replaced it 合并到的档案]])

Instance: patient-keep-apart
InstanceOf: OperationDefinition
Usage: #definition
Title: "Keep records apart (标记非同一人)"
* insert Operation(patient-keep-apart, KeepPatientsApart, keep-apart, Patient, true)
* title = "Keep records apart (标记非同一人)"
* description = "Two records that look alike are two people's: they are not linked by themselves, and nobody is asked again. 两份相似的档案属于不同的人:不再自动关联,也不再提示复核。"
* comment = "Example 示例: POST [base]/Patient/$keep-apart {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"source-patient\",\"valueReference\":{\"reference\":\"Patient/1\"}},{\"name\":\"target-patient\",\"valueReference\":{\"reference\":\"Patient/2\"}},{\"name\":\"reason\",\"valueString\":\"身份证号相同\"}]}"
* insert TwoRecords([[One record 一份档案]], [[The other 另一份档案]])

Instance: patient-identify
InstanceOf: OperationDefinition
Usage: #definition
Title: "Identify a resident (凭证件核验身份)"
* insert Operation(patient-identify, IdentifyPatient, identify, Patient, true)
* title = "Identify a resident (凭证件核验身份)"
* description = "Before treatment: the institution is shown a card, and asks for the records of the person by the whole number and the name on it. Answers what stands on the card, and who keeps the record; nothing, when number and name do not belong together. For a day what the institution writes of the treatment (an Encounter that has begun, a Consent) may open the record; the resident and the keeper of the record are told by a Communication. Limited in an hour, and recorded. 就诊前出示证件:凭完整号码与证件姓名查找该人档案,返回证件所载内容与档案管理机构;号码与姓名不符则不返回。一日之内本机构所写的诊疗记录(已开始的就诊、知情同意)可据此调阅档案,并通知居民与档案管理机构。每小时次数有限,均留审计记录。"
* comment = "Example 示例: POST [base]/Patient/$identify {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"identifier\",\"valueIdentifier\":{\"system\":\"urn:oid:2.16.156.10011.1.3\",\"value\":\"11010519491231002X\"}},{\"name\":\"name\",\"valueString\":\"李四\"}]}"
* type = true
* instance = false
* insert Param(in, identifier, 1, 1, Identifier, [[The whole number: identity card, health card or social security card 完整号码:身份证、健康卡或社保卡]])
* insert Param(in, name, 1, 1, string, [[The name on the card 证件上的姓名]])
* insert Param(out, return, 1, 1, Bundle, [[Searchset of the records, each a part of the Patient 检索结果,每条为患者资源的一部分]])

Instance: patient-summary
InstanceOf: OperationDefinition
Usage: #definition
Title: "Summary of a resident (健康档案首页与患者摘要)"
* insert Operation(patient-summary, PatientSummary, summary, Patient, false)
* title = "Summary of a resident (健康档案首页与患者摘要)"
* description = "An International Patient Summary of the resident, over all linked records, with the content of the national first page: a document Bundle, or a printable page with Accept: text/html. The same call as the operation of http://hl7.org/fhir/uv/ips. 居民的国际患者摘要,汇集所有关联档案,并含国家规定的首页内容;返回文书 Bundle,或以 Accept: text/html 返回可打印页面。"
* comment = "Example 示例: GET [base]/Patient/resident-007/$summary"
* type = true
* instance = true
* insert Param(in, identifier, 0, 1, string, [[Which resident, when called on the type: system|value 在类型级调用时指明居民:system|value]])
* parameter[=].searchType = #token
* insert Param(in, profile, 0, 1, canonical, [[The profile of the Composition; there is one: Composition-uv-ips 文书的规范,只有 Composition-uv-ips 一种]])
* insert Param(out, return, 1, 1, Bundle, [[The document 文书]])

Instance: patient-timeline
InstanceOf: OperationDefinition
Usage: #definition
Title: "Timeline of a resident (健康时间轴)"
* insert Operation(patient-timeline, PatientTimeline, timeline, Patient, false)
* title = "Timeline of a resident (健康时间轴)"
* description = "What happened to the resident, over all linked records, latest first: small rows with references, for apps. Pages follow by cursor. 居民经历的事件,汇集所有关联档案,最新在前,每行简短并附引用,供应用使用;按游标翻页。"
* comment = "Example 示例: GET [base]/Patient/resident-007/$timeline?_type=Encounter&_count=5"
* type = false
* instance = true
* insert Param(in, _type, 0, *, code, [[Resource types; encounters, reports, referrals, tasks, contracts, vaccinations, documents and the like when absent 资源类型;缺省为就诊、报告、转诊、任务、签约、接种、文书等]])
* insert Param(in, start, 0, 1, date, [[From this day on 起始日期]])
* insert Param(in, end, 0, 1, date, [[Up to this day 截止日期]])
* insert Param(in, organization, 0, *, Reference, [[Of one of these institutions 所属机构(任一)]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, _count, 0, 1, integer, [[Rows of a page 每页行数]])
* insert Param(in, cursor, 0, 1, string, [[Where the page begins: next of the page before 起点,取上一页的 next]])
* insert Group(out, event, 0, *, [[One thing that happened 一件事]])
* insert Part(out, resource, 1, 1, Reference, [[What it is 对应资源]])
* insert Part(out, record, 1, 1, Reference, [[The record of the person that it is in 所在档案]])
* insert Part(out, date, 0, 1, dateTime, [[When it began 开始时间]])
* insert Part(out, end, 0, 1, dateTime, [[When it ended 结束时间]])
* insert Part(out, title, 0, 1, string, [[What it is, in words 文字说明]])
* insert Part(out, status, 0, 1, code, [[Its status 状态]])
* insert Part(out, organization, 0, 1, Reference, [[The institution 机构]])
* insert Part(out, source, 0, 1, uri, [[meta.source 来源系统]])
* insert Part(out, recorded, 1, 1, instant, [[When it was recorded last 最后记录时间]])
* insert Param(out, next, 0, 1, string, [[Cursor of the next page 下一页的起点]])

Instance: patient-completeness
InstanceOf: OperationDefinition
Usage: #definition
Title: "Completeness of a record (档案完整性)"
* insert Operation(patient-completeness, PatientCompleteness, completeness, Patient, false)
* title = "Completeness of a record (档案完整性)"
* description = "Which elements of the first page the record of the resident has, over all linked records, and which are missing. 居民档案首页各项是否齐全,汇集所有关联档案。"
* comment = "Example 示例: GET [base]/Patient/resident-007/$completeness"
* type = false
* instance = true
* insert Group(out, element, 0, *, [[One element of the first page 首页的一项]])
* insert Part(out, code, 1, 1, Coding, [[The element 项目]])
* insert Part(out, present, 1, 1, boolean, [[Whether it is there 是否已有]])
* insert Param(out, percent, 1, 1, decimal, [[How much of the first page is there 首页完整率]])

Instance: organization-completeness
InstanceOf: OperationDefinition
Usage: #definition
Title: "Completeness of the records of an institution (机构档案完整性)"
* insert Operation(organization-completeness, OrganizationCompleteness, completeness, Organization, false)
* title = "Completeness of the records of an institution (机构档案完整性)"
* description = "Of the residents whose records the institution keeps: how many have each element of the first page, and some who lack it. 本机构所管居民档案中首页各项的齐全数,并列出部分缺项居民。"
* comment = "Example 示例: GET [base]/Organization/township-centre-east/$completeness?residents=3"
* type = false
* instance = true
* insert Param(in, residents, 0, 1, integer, [[How many to name for each element that is missing; 10 when absent 每个缺项列出多少居民,缺省 10]])
* insert Param(out, residents, 1, 1, integer, [[Records that were looked at 检查的档案数]])
* insert Group(out, element, 0, *, [[One element of the first page 首页的一项]])
* insert Part(out, code, 1, 1, Coding, [[The element 项目]])
* insert Part(out, present, 1, 1, integer, [[Records that have it 已有该项的档案数]])
* insert Part(out, missing, 0, *, Reference, [[Records that lack it 缺该项的档案]])
* insert Param(out, percent, 1, 1, decimal, [[How much of the first pages is there 首页总完整率]])

Instance: replay-messages
InstanceOf: OperationDefinition
Usage: #definition
Title: "Replay messages (重放暂存消息)"
* insert Operation(replay-messages, ReplayMessages, replay-messages, MessageHeader, true)
* title = "Replay messages (重放暂存消息)"
* description = "Processes again the messages that could not be placed when they came and are held since, in the order in which they were sent: those of one source, or all of them. For administrators: system/*.cruds. 重新处理到达时无法归档而暂存的消息,按发送顺序;可限定来源。仅限管理员。"
* comment = "Example 示例: POST [base]/$replay-messages {\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"source\",\"valueString\":\"urn:oid:2.16.156.1\"}]}"
* system = true
* type = false
* instance = false
* insert Param(in, source, 0, 1, string, [[MessageHeader.source.endpoint of the sender 发送方的 MessageHeader.source.endpoint]])
* insert Param(in, id, 0, 1, string, [[One message, by its MessageHeader.id 单条消息的 MessageHeader.id]])
* insert Group(out, message, 0, *, [[One message 一条消息]])
* insert Part(out, source, 1, 1, string, [[Who sent it 发送方]])
* insert Part(out, id, 1, 1, string, [[MessageHeader.id 消息编号]])
* insert Part(out, sent, 1, 1, instant, [[When it was sent, by the sender's clock 发送时间(以发送方时钟为准)]])
* insert Part(out, status, 1, 1, code, [[done | held 已处理或仍暂存]])
* insert Part(out, problem, 0, *, string, [[Why it is held 暂存原因]])
