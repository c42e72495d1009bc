Instance: patient-link
InstanceOf: OperationDefinition
Usage: #definition
Title: "Link records (关联档案)"
* insert Operation(patient-link, LinkPatients, link, Patient, true)
* title = "Link records (关联档案)"
* description = "Two records are one person's: both stay in use and are read as one. Undone by $unlink."
* insert TwoRecords([[One record]], [[The other, which others are linked to]])

Instance: patient-unlink
InstanceOf: OperationDefinition
Usage: #definition
Title: "Unlink records (取消关联)"
* insert Operation(patient-unlink, UnlinkPatients, unlink, Patient, true)
* title = "Unlink records (取消关联)"
* description = "Two records that were linked are two people's after all. They are not linked again by themselves."
* insert TwoRecords([[One record]], [[The other]])

Instance: patient-merge
InstanceOf: OperationDefinition
Usage: #definition
Title: "Merge records (合并档案)"
* insert Operation(patient-merge, MergePatients, merge, Patient, true)
* title = "Merge records (合并档案)"
* description = "A record is replaced by another: by pointer (Patient.link), so that no reference is rewritten and everything can be undone with $unmerge. Refused while an encounter of the person is open."
* insert TwoRecords([[The record that is replaced]], [[The record that stays in use]])

Instance: patient-unmerge
InstanceOf: OperationDefinition
Usage: #definition
Title: "Unmerge records (拆分档案)"
* insert Operation(patient-unmerge, UnmergePatients, unmerge, Patient, true)
* title = "Unmerge records (拆分档案)"
* description = "Undoes a merge: both records are in use again, as they were."
* insert TwoRecords([[The record that was replaced]], [[The record that replaced it]])

Instance: patient-keep-apart
InstanceOf: OperationDefinition
Usage: #definition
Title: "Keep records apart (标记非同一人)"
* insert Operation(patient-keep-apart, KeepPatientsApart, keep-apart, Patient, true)
* title = "Keep records apart (标记非同一人)"
* description = "Two records that look alike are two people's: they are not linked by themselves, and nobody is asked again."
* insert TwoRecords([[One record]], [[The other]])

Instance: patient-identify
InstanceOf: OperationDefinition
Usage: #definition
Title: "Identify a resident (凭证件核验身份)"
* insert Operation(patient-identify, IdentifyPatient, identify, Patient, true)
* title = "Identify a resident (凭证件核验身份)"
* description = "Before treatment: the institution is shown a card, and asks for the records of the person by the whole number and the name on it. Answers what stands on the card, and who keeps the record; nothing, when number and name do not belong together. For a day what the institution writes of the treatment (an Encounter that has begun, a Consent) may open the record; the resident and the keeper of the record are told by a Communication. Limited in an hour, and recorded."
* type = true
* instance = false
* insert Param(in, identifier, 1, 1, Identifier, [[The whole number: identity card, health card or social security card]])
* insert Param(in, name, 1, 1, string, [[The name on the card]])
* insert Param(out, return, 1, 1, Bundle, [[Searchset of the records, each a part of the Patient]])

Instance: patient-summary
InstanceOf: OperationDefinition
Usage: #definition
Title: "Summary of a resident (健康档案首页与患者摘要)"
* insert Operation(patient-summary, PatientSummary, summary, Patient, false)
* title = "Summary of a resident (健康档案首页与患者摘要)"
* description = "An International Patient Summary of the resident, over all linked records, with the content of the national first page: a document Bundle, or a printable page with Accept: text/html. The same call as the operation of http://hl7.org/fhir/uv/ips."
* type = true
* instance = true
* insert Param(in, identifier, 0, 1, string, [[Which resident, when called on the type: system|value]])
* parameter[=].searchType = #token
* insert Param(in, profile, 0, 1, canonical, [[The profile of the Composition; there is one: Composition-uv-ips]])
* insert Param(out, return, 1, 1, Bundle, [[The document]])

Instance: patient-timeline
InstanceOf: OperationDefinition
Usage: #definition
Title: "Timeline of a resident (健康时间轴)"
* insert Operation(patient-timeline, PatientTimeline, timeline, Patient, false)
* title = "Timeline of a resident (健康时间轴)"
* description = "What happened to the resident, over all linked records, latest first: small rows with references, for apps. Pages follow by cursor."
* type = false
* instance = true
* insert Param(in, _type, 0, *, code, [[Resource types; encounters, reports, referrals, tasks, contracts, vaccinations, documents and the like when absent]])
* insert Param(in, start, 0, 1, date, [[From this day on]])
* insert Param(in, end, 0, 1, date, [[Up to this day]])
* insert Param(in, organization, 0, *, Reference, [[Of one of these institutions]])
* parameter[=].targetProfile = "http://hl7.org/fhir/StructureDefinition/Organization"
* insert Param(in, _count, 0, 1, integer, [[Rows of a page]])
* insert Param(in, cursor, 0, 1, string, [[Where the page begins: next of the page before]])
* insert Group(out, event, 0, *, [[One thing that happened]])
* insert Part(out, resource, 1, 1, Reference, [[What it is]])
* insert Part(out, record, 1, 1, Reference, [[The record of the person that it is in]])
* insert Part(out, date, 0, 1, dateTime, [[When it began]])
* insert Part(out, end, 0, 1, dateTime, [[When it ended]])
* insert Part(out, title, 0, 1, string, [[What it is, in words]])
* insert Part(out, status, 0, 1, code, [[Its status]])
* insert Part(out, organization, 0, 1, Reference, [[The institution]])
* insert Part(out, source, 0, 1, uri, [[meta.source]])
* insert Part(out, recorded, 1, 1, instant, [[When it was recorded last]])
* insert Param(out, next, 0, 1, string, [[Cursor of the next page]])

Instance: patient-completeness
InstanceOf: OperationDefinition
Usage: #definition
Title: "Completeness of a record (档案完整性)"
* insert Operation(patient-completeness, PatientCompleteness, completeness, Patient, false)
* title = "Completeness of a record (档案完整性)"
* description = "Which elements of the first page the record of the resident has, over all linked records, and which are missing."
* type = false
* instance = true
* insert Group(out, element, 0, *, [[One element of the first page]])
* insert Part(out, code, 1, 1, Coding, [[The element]])
* insert Part(out, present, 1, 1, boolean, [[Whether it is there]])
* insert Param(out, percent, 1, 1, decimal, [[How much of the first page is there]])

Instance: organization-completeness
InstanceOf: OperationDefinition
Usage: #definition
Title: "Completeness of the records of an institution (机构档案完整性)"
* insert Operation(organization-completeness, OrganizationCompleteness, completeness, Organization, false)
* title = "Completeness of the records of an institution (机构档案完整性)"
* description = "Of the residents whose records the institution keeps: how many have each element of the first page, and some who lack it."
* type = false
* instance = true
* insert Param(in, residents, 0, 1, integer, [[How many to name for each element that is missing; 10 when absent]])
* insert Param(out, residents, 1, 1, integer, [[Records that were looked at]])
* insert Group(out, element, 0, *, [[One element of the first page]])
* insert Part(out, code, 1, 1, Coding, [[The element]])
* insert Part(out, present, 1, 1, integer, [[Records that have it]])
* insert Part(out, missing, 0, *, Reference, [[Records that lack it]])
* insert Param(out, percent, 1, 1, decimal, [[How much of the first pages is there]])

Instance: replay-messages
InstanceOf: OperationDefinition
Usage: #definition
Title: "Replay messages (重放暂存消息)"
* insert Operation(replay-messages, ReplayMessages, replay-messages, MessageHeader, true)
* title = "Replay messages (重放暂存消息)"
* description = "Processes again the messages that could not be placed when they came and are held since, in the order in which they were sent: those of one source, or all of them. For administrators: system/*.cruds."
* system = true
* type = false
* instance = false
* insert Param(in, source, 0, 1, string, [[MessageHeader.source.endpoint of the sender]])
* insert Param(in, id, 0, 1, string, [[One message, by its MessageHeader.id]])
* insert Group(out, message, 0, *, [[One message]])
* insert Part(out, source, 1, 1, string, [[Who sent it]])
* insert Part(out, id, 1, 1, string, [[MessageHeader.id]])
* insert Part(out, sent, 1, 1, instant, [[When it was sent, by the sender's clock]])
* insert Part(out, status, 1, 1, code, [[done | held]])
* insert Part(out, problem, 0, *, string, [[Why it is held]])
