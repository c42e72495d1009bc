Extension: IdentityVerification
Id: identity-verification
Title: "Verification of an identity (身份核验)"
Description: "How, when and by whom the identity was checked."
Context: Patient
* insert Published
* extension contains method 1..1 and time 1..1 and operator 0..1
* extension[method] ^short = "How (核验方式)"
* extension[method].value[x] 1..1
* extension[method].value[x] only Coding
* extension[method].valueCoding from VerificationMethodVS (required)
* extension[method].valueCoding.code 1..1
* extension[time] ^short = "When (核验时间)"
* extension[time].value[x] 1..1
* extension[time].value[x] only dateTime
* extension[operator] ^short = "By whom (核验人)"
* extension[operator].value[x] 1..1
* extension[operator].value[x] only Reference(Practitioner or PractitionerRole or Organization)

Invariant: county-link-replaced
Description: "A record that another replaces is no longer active"
Severity: #error
Expression: "link.where(type = 'replaced-by').exists() implies active = false"
* insert Zh([[已被合并(replaced-by)的居民档案应停用(active=false)]])

Invariant: county-link-one-survivor
Description: "A record is replaced by one other record at most"
Severity: #error
Expression: "link.where(type = 'replaced-by').count() <= 1"
* insert Zh([[一份居民档案最多被一份档案取代]])

Invariant: county-link-direction
Description: "A record does not replace others and is replaced itself"
Severity: #error
Expression: "link.where(type = 'replaced-by').empty() or link.where(type = 'replaces').empty()"
* insert Zh([[居民档案不能既取代其他档案又被取代]])

// https://hl7.org/fhir/R4/valueset-link-type.html: `replaced-by` and `replaces` are a merge, by pointer and
// reversible; `seealso` is the same person at another institution; `refer` is a record that only points onwards.
Profile: CountyLinkedPatient
Parent: CountyPatient
Id: county-linked-patient
Title: "Linked resident (关联的居民)"
Description: "A resident whose records at several institutions are linked. seealso: the same person, both records live. replaced-by and replaces: merged by pointer, reversible; references are never rewritten."
* insert Published
* obeys county-link-replaced and county-link-one-survivor and county-link-direction
* extension contains IdentityVerification named verification 0..1 MS
* active 1..1 MS
* active ^short = "False once merged into another record (是否在用)"
* managingOrganization MS
* managingOrganization ^short = "The institution whose record this is (建档机构)"
* link 1..* MS
* link ^short = "Other records of the person, and the person as a relative (关联档案)"
* link.other MS
* link.other.reference 1..1
* link.type MS

Invariant: county-relative-name
Description: "A relative has a name, or an identifier of the own record"
Severity: #error
Expression: "name.exists() or identifier.exists()"
* insert Zh([[亲属应有姓名或本人标识]])

Profile: CountyRelatedPerson
Parent: RelatedPerson
Id: county-related-person
Title: "Relative (亲属)"
Description: "A mother, a guardian or another relative of a resident. That the relative is a resident too is said by Patient.link of that resident."
* insert Published
* obeys county-relative-name
* identifier MS
* active MS
* patient MS
* patient ^short = "The resident (居民)"
* relationship 1..* MS
* relationship ^short = "National relation, and MTH or GUARD for whom the law knows (与居民的关系)"
* relationship.coding 1..*
* name MS
* telecom MS
* period MS
* period ^short = "From when to when, for a guardian (监护起止)"

Profile: CountyMother
Parent: CountyRelatedPerson
Id: county-mother
Title: "Mother of a newborn (新生儿母亲)"
Description: "The mother, through whom a newborn without any identifier is known."
* insert Published
* relationship ^slicing.discriminator.type = #pattern
* relationship ^slicing.discriminator.path = "$this"
* relationship ^slicing.rules = #open
* relationship contains mother 1..1 MS
* relationship[mother] = $role#MTH
* relationship[mother] ^short = "Mother (母亲)"

Profile: CountyGuardian
Parent: CountyRelatedPerson
Id: county-guardian
Title: "Guardian (监护人)"
Description: "Who signs and decides for a minor or an incapacitated resident, and from when."
* insert Published
* active 1..1
* relationship ^slicing.discriminator.type = #pattern
* relationship ^slicing.discriminator.path = "$this"
* relationship ^slicing.rules = #open
* relationship contains guardian 1..1 MS
* relationship[guardian] = $role#GUARD
* relationship[guardian] ^short = "Guardian (监护人)"
* period 1..1
* period.start 1..1

Profile: CountyIdentityReview
Parent: Task
Id: county-identity-review
Title: "Review of an identity (身份核对)"
Description: "Two records may be one person's. Completed once they are linked or merged, rejected once they are kept apart."
* insert Published
* status MS
* intent = #order
* code 1..1 MS
* code = $county-task#identity-review
* focus 1..1 MS
* focus only Reference(Patient)
* focus ^short = "The record that was written (档案)"
* for 1..1 MS
* for only Reference(Patient)
* owner MS
* owner ^short = "The institution that keeps the record (建档机构)"
* input 1..* MS
* input ^slicing.discriminator.type = #pattern
* input ^slicing.discriminator.path = "type"
* input ^slicing.rules = #open
* input contains other 1..1 MS and grade 1..1 MS and score 1..1 MS
* input[other].type = IdentityReviewInput#other-record
* input[other].value[x] only Reference(Patient)
* input[other] ^short = "The other record (另一份档案)"
* input[grade].type = IdentityReviewInput#grade
* input[grade].value[x] only code
* input[grade] ^short = "How sure the match is (匹配等级)"
* input[score].type = IdentityReviewInput#score
* input[score].value[x] only decimal
* input[score] ^short = "The chance that both are one person (匹配概率)"
