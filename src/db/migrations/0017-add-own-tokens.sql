-- The hashes of a resource's tokens in its own row: who looks at the row anyway need not ask the index.
alter table resource add column tokens bigint[];
update resource r set tokens = t.tokens
from (select key, array_agg(hash order by hash) as tokens from (select distinct key, hash from token) u group by key) t
where t.key = r.key;
