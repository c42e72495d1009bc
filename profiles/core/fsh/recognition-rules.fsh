// Names of the rules of cn.xiantong.recognition: all names are in one code system, CountyOutcome.

RuleSet: RecognitionRules
* insert Rule(recognition-mark-without-evidence, [[Recognition mark without quality evidence]], [[互认标识缺少质控依据]], [[A mark rests on quality evidence.]], county-mark-evidence)
* insert Rule(recognition-area-invalid, [[Area of the mark is invalid]], [[互认区域代码无效]], [[An area is six digits of GB/T 2260.]], county-mark-area)
* insert Rule(evidence-period-open, [[Validity of the evidence is open]], [[质控依据有效期不完整]], [[Evidence is valid from a day to a day.]], county-evidence-period)
* insert Rule(recheck-reason-unlisted, [[Reason for repeating is not listed]], [[复检原因不在目录]], [[A denial names a listed reason.]], county-denial-reason)
* insert Rule(explanation-missing, [[Explanation to the patient missing]], [[缺少对患者的说明]], [[A denial records what the patient was told.]], county-denial-explanation)
* insert Rule(revocation-reason-missing, [[Reason for revoking missing]], [[缺少撤销原因]], [[A revoked decision says why.]], county-revocation-reason)
* insert Rule(recognition-outcome-missing, [[Outcome missing]], [[缺少互认结论]], [[A completed decision has the outcome recognized.]], county-recognition-outcome)
* insert C(recognition-decision-final, [[Decision is final]], [[互认决定已生效]], [[A decision that was made is not changed; revoke it.]])
* insert C(recognition-not-eligible, [[Result is not eligible]], [[结果不符合互认条件]], [[The rules exclude this result from recognition.]])
