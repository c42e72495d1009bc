CodeSystem: Quarantine
Id: quarantine
Title: "Quarantine (隔离)"
Description: "Resources that break a profile the county demands, stored all the same: the tag they carry, and what their Tasks say."
* insert Codes
* insert C(quarantined, [[Quarantined]], [[已隔离]], [[Tag of a resource that breaks a profile which the county demands of its sender.]])
* insert C(mend, [[Mend what is in quarantine]], [[更正隔离资源]], [[Code of the Task that tells the sender what to mend.]])
* insert C(flaw, [[Flaw]], [[问题]], [[Task.input.type: one thing that is wrong, with the element it is in.]])
