-- What is counted of recognition: one row for each decision Task and each DetectedIssue of a duplicate order, kept by
-- a trigger, so that it is committed with the resource whichever door that came through.
-- See src/features/recognition/counts.ts.
create table recognition_fact (
  -- of the resource
  key bigint primary key,
  -- when it arose, in milliseconds
  at bigint not null,
  -- Organization/x that asks
  organization text collate "C",
  -- what was ordered: JSON of the CodeableConcept, and its first coding as system|code
  concept text not null,
  item text collate "C" not null,
  -- the occasion: the order, else the encounter, else the result
  matter text collate "C" not null,
  -- of a decision: its state, and whether it was shown while ordering; of an issue: `undecided` or `withdrawn`
  state text collate "C" not null,
  offered boolean not null default false,
  -- system|code of a denial
  reason text collate "C"
);
create index recognition_fact_organization on recognition_fact (organization, at);
create index recognition_fact_at on recognition_fact (at);

create function recognition_counted() returns trigger language plpgsql as $$
declare
  r jsonb := new.content::jsonb;
  concept jsonb;
begin
  if new.type = 'Task' then
    if r -> 'code' -> 'coding' @> '[{"code": "recognition-decision"}]' and r ->> 'status' <> 'entered-in-error' then
      concept := coalesce(r -> 'input' -> 0 -> 'valueCodeableConcept', '{}');
      insert into recognition_fact (key, at, organization, concept, item, matter, state, offered, reason)
      values (
        new.key,
        case when r ->> 'authoredOn' like '%T%' then (extract(epoch from (r ->> 'authoredOn')::timestamptz) * 1000)::bigint else new.updated end,
        case when r -> 'requester' ->> 'reference' like 'Organization/%' then r -> 'requester' ->> 'reference' end,
        concept::text,
        coalesce(concept -> 'coding' -> 0 ->> 'system', '') || '|' || coalesce(concept -> 'coding' -> 0 ->> 'code', ''),
        coalesce(r -> 'basedOn' -> 0 ->> 'reference', r -> 'encounter' ->> 'reference', r -> 'focus' ->> 'reference', ''),
        case r ->> 'status' when 'completed' then 'recognized' when 'rejected' then 'denied' when 'cancelled' then 'revoked' else 'open' end,
        r ? 'identifier',
        case when r ->> 'status' = 'rejected' then
          coalesce(r -> 'statusReason' -> 'coding' -> 0 ->> 'system', '') || '|' || coalesce(r -> 'statusReason' -> 'coding' -> 0 ->> 'code', '')
        end
      )
      on conflict (key) do update set state = excluded.state, offered = excluded.offered, reason = excluded.reason;
    else
      delete from recognition_fact where key = new.key;
    end if;
  else
    if r -> 'code' -> 'coding' @> '[{"code": "duplicate-order"}]' and r ->> 'status' in ('preliminary', 'cancelled') then
      concept := coalesce(r -> 'evidence' -> 0 -> 'code' -> 0, '{}');
      insert into recognition_fact (key, at, organization, concept, item, matter, state)
      values (
        new.key,
        case when r ->> 'identifiedDateTime' like '%T%' then (extract(epoch from (r ->> 'identifiedDateTime')::timestamptz) * 1000)::bigint else new.updated end,
        jsonb_path_query_first(r, '$.extension[*] ? (@.url like_regex "/asking-institution$").valueReference.reference') #>> '{}',
        concept::text,
        coalesce(concept -> 'coding' -> 0 ->> 'system', '') || '|' || coalesce(concept -> 'coding' -> 0 ->> 'code', ''),
        coalesce(r -> 'implicated' -> 0 ->> 'reference', ''),
        case r ->> 'status' when 'cancelled' then 'withdrawn' else 'undecided' end
      )
      on conflict (key) do update set state = excluded.state;
    else
      -- Decided: the decision is what counts.
      delete from recognition_fact where key = new.key;
    end if;
  end if;
  return null;
end $$;

create trigger recognition_counted after insert or update on resource for each row
when ((new.type = 'Task' and (new.content is null or new.content like '%"recognition-decision"%')) or new.type = 'DetectedIssue')
execute function recognition_counted();

-- What is there already.
update resource set method = method
where (type = 'Task' and content like '%"recognition-decision"%') or type = 'DetectedIssue';
