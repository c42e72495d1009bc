-- Nothing was decided by it: what somebody may do is said by the posts (PractitionerRole) that hold now.
alter table account drop column roles;
