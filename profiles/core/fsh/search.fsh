Instance: Task-status-reason
InstanceOf: SearchParameter
Usage: #definition
* insert Search(Task-status-reason, status_reason, status-reason, Task, token)
* description = "Tasks by the reason of their status"
* expression = "Task.statusReason"
