RuleSet: Section(slice, code, short)
* section[{slice}] ^short = "{short}"
* section[{slice}].code 1..1
* section[{slice}].code = CountyDocumentSection#{code}

RuleSet: SignedDocument
* identifier 1..1 MS
* identifier ^short = "Number of the document (文书编号)"
* status MS
* subject 1..1 MS
* subject only Reference(Patient)
* subject ^short = "The resident (居民)"
* author only Reference(Practitioner or PractitionerRole)
* author ^short = "Who wrote it (书写医生)"
* attester 1..* MS
* attester.time 1..1
* attester.party 1..1
* attester.party only Reference(Practitioner or PractitionerRole or Organization)
* attester ^short = "Who signed it, and when (签署人及时间)"
* custodian 1..1 MS
* custodian ^short = "The institution that keeps it (保管机构)"
* insert ByPattern(section, code)

Profile: CountyHandover
Parent: Composition
Id: county-handover
Title: "Hand-over document (转诊交接文书)"
Description: "What the next institution needs to continue the treatment: as complete on the way down as on the way up. A section about which there is nothing to say says so in its text."
* insert Published
* insert SignedDocument
* extension contains FollowUpInterval named followUpInterval 1..1 MS
* type = CountyDocument#handover
* encounter 1..1 MS
* encounter ^short = "The stay or visit that ended (所属就诊)"
* section 6..* MS
* section contains diagnosis 1..1 MS and course 0..1 MS and results 1..1 MS and medicines 1..1 MS and nextSteps 1..1 MS and redFlags 1..1 MS and followUp 1..1 MS and rehabilitation 0..1
* insert Section(diagnosis, diagnosis, [[Discharge diagnosis (出院诊断)]])
* section[diagnosis].entry 1..*
* section[diagnosis].entry only Reference(Condition)
* insert Section(course, course, [[Course of treatment (治疗经过)]])
* insert Section(results, results, [[Main results (主要检查检验结果)]])
* section[results].entry only Reference(DiagnosticReport or Observation or ImagingStudy or DocumentReference)
* insert Section(medicines, medicines, [[Medicines and their plan (用药及用药计划)]])
* section[medicines].entry only Reference(MedicationRequest or MedicationStatement)
* insert Section(nextSteps, next-steps, [[Next steps (下一步治疗方案)]])
* section[nextSteps].text 1..1
* insert Section(redFlags, red-flags, [[When to come back at once (预警指标)]])
* section[redFlags].text 1..1
* insert Section(followUp, follow-up, [[Who follows up (随访安排)]])
* section[followUp].text 1..1
* insert Section(rehabilitation, rehabilitation, [[Advice for recovery (康复指导)]])

Profile: CountyHandoverDocument
Parent: Bundle
Id: county-handover-document
Title: "Hand-over document with its content (转诊交接文档包)"
Description: "The hand-over document and everything it refers to, as one document that can be kept and signed."
* insert Published
* identifier 1..1 MS
* type = #document (exactly)
* timestamp 1..1 MS
* entry 1..* MS
* entry ^slicing.discriminator.type = #type
* entry ^slicing.discriminator.path = "resource"
* entry ^slicing.rules = #open
* entry contains composition 1..1 MS
* entry[composition].resource 1..1
* entry[composition].resource only CountyHandover

Profile: CountyConsultationOpinion
Parent: Composition
Id: county-consultation-opinion
Title: "Opinion of a consultation (会诊意见书)"
Description: "What the consulted doctors think and recommend. The doctor who asked decides."
* insert Published
* insert SignedDocument
* type = CountyDocument#consultation-opinion
* event 1..* MS
* event ^short = "The consultation (会诊时间)"
* event.period 1..1
* section 2..* MS
* section contains question 0..1 and findings 0..1 and opinion 1..1 MS and recommendations 1..1 MS
* insert Section(question, question, [[What was asked (会诊目的)]])
* insert Section(findings, findings, [[What was seen (会诊所见)]])
* insert Section(opinion, opinion, [[What they think (会诊意见)]])
* section[opinion].text 1..1
* insert Section(recommendations, recommendations, [[What they recommend (处理建议)]])
* section[recommendations].text 1..1
