// Until when each step of a referral is to be done. No national text sets these times: they are the county's to change.

RuleSet: Limit(state, priority, value, unit)
* action[+].code = ReferralState#{state}
* action[=].priority = #{priority}
* action[=].timingDuration = {value} '{unit}'

RuleSet: Limits(state, routine, urgent, asap, stat, unit)
* insert Limit({state}, routine, {routine}, {unit})
* insert Limit({state}, urgent, {urgent}, {unit})
* insert Limit({state}, asap, {asap}, {unit})
* insert Limit({state}, stat, {stat}, {unit})

RuleSet: StepLimit(step, value, unit)
* action[+].code = ReferralStep#{step}
* action[=].timingDuration = {value} '{unit}'

Instance: referral-deadlines
InstanceOf: PlanDefinition
Usage: #definition
Title: "Deadlines of referrals (转诊时限)"
* url = "https://xiantong.example/fhir/PlanDefinition/referral-deadlines"
* version = "0.1.0"
* name = "ReferralDeadlines"
* title = "Deadlines of referrals (转诊时限)"
* status = #active
* experimental = false
* topic = https://xiantong.example/fhir/CodeSystem/county-ruleset#referral-deadlines
* publisher = "Xiantong"
* description = "How long a referral may stay in each state, by its priority, before it is overdue, and the times of steps that are no state. No national rule sets them; a county changes them: a new version of this resource holds for the steps that begin after it. 转诊在各状态的处理时限(按紧急程度)及其他环节的时限,国家未统一规定,由县域自行设定:更新本资源后,新时限适用于此后开始的环节。"
* insert Limits(draft, 72, 24, 12, 4, h)
* insert Limits(awaiting-consent, 72, 24, 12, 4, h)
* insert Limits(internal-review, 120, 60, 30, 15, min)
* insert Limits(submitted, 120, 60, 30, 15, min)
* insert Limits(received, 240, 120, 60, 15, min)
* insert Limits(accepted, 24, 8, 4, 1, h)
* insert Limits(arrived, 48, 24, 12, 4, h)
* insert Limits(in-treatment, 30, 30, 30, 30, d)
* insert Limits(discharged, 24, 24, 24, 24, h)
* insert Limits(down-referred, 7, 7, 7, 7, d)
* insert Limits(taken-over, 14, 14, 14, 14, d)
* insert Limits(following-up, 14, 14, 14, 14, d)
* insert Limits(rejected, 7, 3, 2, 1, d)
* insert Limits(no-show, 7, 3, 2, 1, d)
* insert Limits(timed-out, 7, 3, 2, 1, d)
* insert StepLimit(give-up, 72, h)
* insert StepLimit(hold, 30, min)
* insert StepLimit(no-show, 2, h)
* insert StepLimit(emergency-record, 24, h)
* insert StepLimit(follow-up, 7, d)
