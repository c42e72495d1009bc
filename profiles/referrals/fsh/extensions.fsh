Extension: ReferralDirectionExtension
Id: referral-direction
Title: "Referral direction (转诊方向)"
Description: "Where a referral leads. It stands on the request and on its task, so that a worklist needs no second query."
Context: ServiceRequest, Task
* insert OneValue(Coding, [[Up, down or lateral (上转、下转、平转)]])
* valueCoding from ReferralDirectionVS (required)
* valueCoding.code 1..1

Extension: ReferralConsentExtension
Id: referral-consent
Title: "Consent to the referral (转诊知情同意)"
Description: "The consent that the referral rests on. R4 has no element for it on a request."
Context: ServiceRequest
* insert OneValue(Reference(CountyReferralConsent\), [[The consent (知情同意书)]])

Extension: EmergencyExemption
Id: emergency-exemption
Title: "Emergency exemption (急诊豁免)"
Description: "A referral without consent, because there was no time: why, who answers for it, and when. The consent and the record are completed afterwards."
Context: ServiceRequest
* insert Published
* extension contains reason 1..1 and answerable 1..1 and at 1..1
* insert ValueOf(reason, string, [[Why there was no time (豁免原因)]])
* insert ValueOf(answerable, Reference(Practitioner or PractitionerRole\), [[Who answers for it (责任医生)]])
* insert ValueOf(at, dateTime, [[When it was decided (决定时间)]])

Extension: BedNeeded
Id: bed-needed
Title: "Bed needed (需要床位)"
Description: "Whether the receiving institution is to hold a bed."
Context: ServiceRequest
* insert OneValue(boolean, [[Whether a bed is needed (是否需要床位)]])

Extension: IdentityCheckExtension
Id: identity-check
Title: "Check of identity (身份验证方式)"
Description: "How the identity of the resident was verified when the referral was made."
Context: ServiceRequest
* insert Experimental
* value[x] 1..1
* value[x] only Coding
* value[x] ^short = "How it was verified (身份验证方式)"
* valueCoding from IdentityCheckVS (extensible)
* valueCoding.code 1..1

Extension: StateTime
Id: state-time
Title: "Time of a state (节点时间)"
Description: "When a task came into a state, and through whom: one for each state it went through."
Context: Task
* insert Published
* extension contains state 1..1 and at 1..1 and by 0..1
* insert ValueOf(state, Coding, [[The state (状态)]])
* extension[state].valueCoding.code 1..1
* insert ValueOf(at, dateTime, [[Since when (进入时间)]])
* insert ValueOf(by, Reference(Practitioner or PractitionerRole or Organization or Device\), [[Through whom (操作者)]])

Extension: ReservedUntil
Id: reserved-until
Title: "Reserved until (预留截止时间)"
Description: "When a slot that nobody took is open to everybody."
Context: Slot
* insert OneValue(dateTime, [[End of the reservation (预留截止)]])

Invariant: county-follow-up-interval
Description: "A follow-up interval is longer than nothing"
Severity: #error
Expression: "value.ofType(Duration).value.exists() implies value.ofType(Duration).value > 0"
* insert Zh([[随访间隔应大于0]])

Extension: FollowUpInterval
Id: follow-up-interval
Title: "Follow-up interval (随访间隔)"
Description: "After how long the first follow-up is due, counted from the date of the document."
Context: Composition
* obeys county-follow-up-interval
* insert OneValue(Duration, [[Days, weeks, months or years (随访间隔)]])
* valueDuration.value 1..1
* valueDuration.system 1..1
* valueDuration.system = "http://unitsofmeasure.org" (exactly)
* valueDuration.code 1..1
* valueDuration.code from FollowUpUnitVS (required)
