// What rules a county keeps as data, whichever package reads them.

CodeSystem: CountyRuleset
Id: county-ruleset
Title: "Subject of a ruleset (规则主题)"
Description: "What a ruleset rules; PlanDefinition.topic."
* insert Codes
* insert C(recognition, [[Recognition of results]], [[检查检验结果互认]], [[Which earlier results may be used instead of a new examination.]])
* insert C(referral-deadlines, [[Deadlines of referrals]], [[转诊时限]], [[How long a referral may stay in each state.]])

ValueSet: CountyRulesetVS
Id: county-ruleset
Title: "Subject of a ruleset (规则主题)"
Description: "All subjects."
* insert Published
* include codes from system CountyRuleset
