-- A consent to a referral permits reading from acceptance to closing: the task of the referral says when that is, by
-- the care that it is evidence of. So the consent itself only denies: see features/referrals.

create function is_referral_consent(r jsonb) returns boolean
language sql immutable parallel safe
return exists (select from jsonb_path_query(r, '$.category[*].coding[*] ? (@.system ==
  "https://xiantong.example/fhir/CodeSystem/county-consent" && @.code == "referral")', silent => true));

create or replace function consent_written() returns trigger language plpgsql as $$
declare
  r jsonb;
begin
  if tg_op = 'UPDATE' then delete from consent_rule where key = new.key; end if;
  if not new.deleted then
    r := resource_json(new.content);
    perform add_consent(new.key, r);
    if is_referral_consent(r) then delete from consent_rule where key = new.key and not deny; end if;
  end if;
  return null;
end $$;

delete from consent_rule c using resource r
where r.key = c.key and not c.deny and not r.deleted and is_referral_consent(resource_json(r.content));
