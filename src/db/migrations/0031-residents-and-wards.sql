-- Guardians see less of their wards than residents of themselves: some labels are not for them, and a Consent may keep
-- them out by name. And the server's time, which is moved by hand to try things out, is that of care and consents, too.

-- Milliseconds; `ahead`: by how much the server's clock is.
create or replace function access_now() returns bigint language sql stable parallel safe
return floor(extract(epoch from now()) * 1000)::bigint
  + coalesce(nullif(current_setting('xiantong.ahead', true), ''), '0')::bigint;

create or replace function access_say(reach jsonb, of_transaction boolean) returns void language sql as $$
  select set_config('xiantong.' || lower(regexp_replace(name, '([A-Z])', '_\1', 'g')), coalesce(case jsonb_typeof(reach -> name)
      when 'array' then array(select jsonb_array_elements_text(reach -> name))::text
      else reach ->> name end, ''), of_transaction)
  from unnest(array['sees', 'open', 'seesOfType', 'hidden', 'patient', 'unconfined', 'narrow', 'actors', 'purposes', 'overrides', 'audits',
    'wards', 'hiddenOfWards', 'ahead']) name
$$;

-- As before; but provisions for whoever, which name nobody, do not bind a guardian.
create function access_consented_to_guardian(person text, of_type text, of_id text, of_marks text[], at bigint, now bigint,
  reader_actors text[], reader_purposes text[]) returns boolean language sql stable as $$
  select case when bool_or(deny) then false end
  from (
    select distinct on (c.key) c.deny from consent_rule c
    where c.patient = person and c.starts <= now and now < c.ends
      and c.actors && reader_actors
      and (c.purposes is null or c.purposes && reader_purposes)
      and (c.types is null or of_type = any(c.types))
      and (c.labels is null or c.labels && of_marks)
      and (c.targets is null or of_type || '/' || of_id = any(c.targets))
      and c.data_from <= at and at < c.data_to
    order by c.key, c.depth desc, c.deny desc
  ) d
$$;

-- The predicate of 0020, with what is about wards.
do $$
declare
  policy record;
  said text;
  person text;
begin
  for policy in select tablename, qual from pg_policies
    where schemaname = current_schema() and policyname = 'visible' and tablename in ('resource', 'history')
  loop
    person := format('access_person(%1$I.type, %1$I.id, %1$I.patient, %1$I.marks)', policy.tablename);
    said := format($p$(%1$s) and (cardinality((select access_list('wards'))) = 0
      or %2$s <> all((select access_list('wards'))::text[])
      or not %3$I.marks && (select access_list('hidden_of_wards'))
        and access_consented_to_guardian(%2$s, %3$I.type, %3$I.id, %3$I.marks, %4$s, (select access_now()),
          (select access_list('actors')), (select access_list('purposes'))) is null)$p$,
      policy.qual, person, policy.tablename,
      case policy.tablename when 'resource' then 'resource.date' else 'history.updated' end);
    execute format('alter policy visible on %I using (%s)', policy.tablename, said);
  end loop;
end $$;
