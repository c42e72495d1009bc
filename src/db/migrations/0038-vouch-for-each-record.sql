-- A Consent that holds for the linked records of a person (0037) is vouched for where it was written for: naming
-- another of those records makes it one to be vouched for anew.
create or replace function consent_written() returns trigger language plpgsql as $$
declare
  r jsonb;
  known boolean := false;
  person text;
begin
  if tg_op = 'UPDATE' then
    known := exists (select from consent_rule where key = new.key and patient = old.patient)
      and old.patient is not distinct from new.patient;
    delete from consent_rule where key = new.key;
  end if;
  if not new.deleted then
    r := resource_json(new.content);
    person := substring(access_reference(r #>> '{patient,reference}') from '^Patient/(.*)$');
    if known and person = new.patient or access_vouched(person, new.marks, new.updated) then
      perform add_consent(new.key, r);
      if is_referral_consent(r) then delete from consent_rule where key = new.key and not deny; end if;
    end if;
  end if;
  return null;
end $$;
