-- A patient in context is a person: the setting `patient` is a list of the records that are this one's. The rest of
-- the predicate of 0020 stays.
create function access_handles(name text) returns text[] language sql stable parallel safe
return array(select 'p:' || id from unnest(access_list(name)) id);

do $$
declare
  policy record;
  said text;
begin
  for policy in select tablename, qual from pg_policies
    where schemaname = current_schema() and policyname = 'visible' and tablename in ('resource', 'history')
  loop
    said := replace(policy.qual, $p$ = ( SELECT access_text('patient'::text) AS access_text)$p$,
      $p$ = any((select access_list('patient'))::text[])$p$);
    said := replace(said, $p$ARRAY[('p:'::text || ( SELECT access_text('patient'::text) AS access_text))]$p$,
      $p$(select access_handles('patient'))$p$);
    -- What is left asks whether there is a patient in context at all.
    if regexp_count(said, $p$'patient'::text$p$) <> 1 or regexp_count(said, $p$'patient'\)$p$) <> 2 then
      raise exception 'the policy on % is not as expected: %', policy.tablename, policy.qual;
    end if;
    execute format('alter policy visible on %I using (%s)', policy.tablename, said);
  end loop;
end $$;
