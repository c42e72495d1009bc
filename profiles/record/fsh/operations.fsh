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
