/** What is stored about who somebody is: posts, teams, wards, and the organisations they belong to. Read anew for each request. */
import type { Facts } from '../access/standing.ts';
import type { Db } from '../kernel/ctx.ts';
import { parameterKey, referenceToken } from '../search/tokens.ts';
import { createBatchedOn } from './batched.ts';

/** `Practitioner/x`, `Patient/x`, … and `Organization/x`. */
export interface Asked {
  readonly user?: string;
  readonly organization?: string;
}

interface FactRow {
  place: number;
  type: string;
  id: string;
  content: string;
}

/** Asks with whoever asks at the same time. */
export const factsAbout = createBatchedOn<Asked, Facts>(async (db, asked) => {
  const facts = asked.map(() => ({
    resources: [] as Resource[],
    organizations: new Map() as Organizations,
  }));
  const about = asked.map((a, i) => ({ ...a, i })).filter(({ user }) => user !== undefined);
  for (const { place, content } of about.length > 0
    ? await readAbout(
        db,
        about.map((a) => a.user!),
      )
    : []) {
    facts[about[place - 1]!.i]!.resources.push(JSON.parse(content));
  }
  const wanted = new Set(
    asked.flatMap(({ organization }, i) => [
      ...(organization === undefined ? [] : [idOf(organization)]),
      ...facts[i]!.resources.flatMap((r) =>
        r.resourceType === 'PractitionerRole' ? [idOf(r.organization?.reference)] : [],
      ),
    ]),
  );
  const organizations = wanted.size > 0 ? await readOrganizations(db, [...wanted]) : new Map();
  return facts.map(({ resources }) => ({ resources, organizations }));
});

// biome-ignore lint/suspicious/noExplicitAny: stored resources, read by name
type Resource = Record<string, any>;
type Organizations = Map<string, { types: string[]; partOf?: string }>;

function idOf(reference: unknown): string {
  return String(reference).split('/').at(-1)!;
}

const prefix = (type: string, code: string) => referenceToken(parameterKey(type, code), '');
const [ROLE, TEAM, PERSON] = [
  prefix('PractitionerRole', 'practitioner'),
  prefix('CareTeam', 'participant'),
  prefix('Person', 'link'),
];

/** What refers to the user, and what that leads to. */
async function readAbout(db: Db, users: readonly string[]): Promise<FactRow[]> {
  const { rows } = await db.query<FactRow>({ name: 'store.standing', text: ABOUT, values: [users] });
  return rows;
}

const ABOUT = `with asked as (
  select place, "user", split_part("user", '/', 1) as type, split_part("user", '/', 2) as id
  from unnest($1::text[]) with ordinality u("user", place)
), own as (
  select a.place, r.type, r.id, r.content, r.marks, r.updated, null::text[] as says, null::bigint as said
  from asked a join resource r on r.type = a.type and r.id = a.id
  where a.type in ('PractitionerRole', 'RelatedPerson') and not r.deleted
), role as (
  select a.place, r.type, r.id, r.content
  from asked a join token t on t.hash = hashtextextended('${ROLE}' || a."user", 0) join resource r on r.key = t.key
  where a.type = 'Practitioner'
  union all select place, type, id, content from own where type = 'PractitionerRole'
), team as (
  select n.place, r.type, r.id, r.content
  from (
    select place, "user" as name from asked where type in ('Practitioner', 'PractitionerRole')
    union all select place, 'PractitionerRole/' || id from role
  ) n join token t on t.hash = hashtextextended('${TEAM}' || n.name, 0) join resource r on r.key = t.key
), claimed as (
  select * from own where type = 'RelatedPerson'
  union all
  -- A Person says that a Patient of the server and a RelatedPerson are the same human being.
  select a.place, r.type, r.id, r.content, r.marks, r.updated, p.marks, p.updated
  from asked a join token t on t.hash = hashtextextended('${PERSON}' || a."user", 0) join resource p on p.key = t.key
  cross join lateral jsonb_path_query(resource_json(p.content), '$.link[*].target.reference', silent => true) l
  join resource r on r.type = 'RelatedPerson' and r.id = substring(l #>> '{}' from 'RelatedPerson/([A-Za-z0-9.-]{1,64})$')
  where a.type = 'Patient' and not r.deleted
  union all
  -- A Patient says so itself: https://hl7.org/fhir/R4/patient.html#link
  select a.place, r.type, r.id, r.content, r.marks, r.updated, p.marks, p.updated
  from asked a join resource p on p.type = 'Patient' and p.id = a.id
  cross join lateral jsonb_path_query(resource_json(p.content), '$.link[*].other.reference', silent => true) l
  join resource r on r.type = 'RelatedPerson' and r.id = substring(l #>> '{}' from 'RelatedPerson/([A-Za-z0-9.-]{1,64})$')
  where a.type = 'Patient' and not p.deleted and not r.deleted
), related as (
  -- A guardian is made by who has the record of the ward, and so is the link to the one who is it.
  select c.place, c.type, c.id, c.content, w.ward
  from claimed c cross join lateral (
    select substring(resource_json(c.content) #>> '{patient,reference}' from 'Patient/([A-Za-z0-9.-]{1,64})$') as ward
  ) w
  where access_vouched(w.ward, c.marks, c.updated)
    and (c.said is null or access_vouched(w.ward, c.says, c.said))
), ward as (
  select r.place, p.type, p.id, p.content
  from related r join resource p on p.type = 'Patient' and p.id = r.ward
  where not p.deleted
)
select distinct place::int, type, id, content from (
  select * from role union all select * from team union all select place, type, id, content from related
  union all select * from ward
) f`;

/** Those organisations and all that are part of them, with the codes of their types. */
async function readOrganizations(db: Db, ids: readonly string[]): Promise<Organizations> {
  const { rows } = await db.query<{ id: string; part_of: string | null; types: string[] | null }>({
    name: 'store.standingOrganizations',
    text: ORGANIZATIONS,
    values: [ids],
  });
  return new Map(
    rows.map((r) => [r.id, { types: r.types ?? [], ...(r.part_of ? { partOf: r.part_of } : {}) }]),
  );
}

const PART_OF = prefix('Organization', 'partof');
const ORGANIZATIONS = `with recursive found as (
  select r.id, r.content, null::text collate "C" as part_of from resource r
  where r.type = 'Organization' and r.id = any($1::text[]) and not r.deleted
  union
  select r.id, r.content, f.id from found f
  join token t on t.hash = hashtextextended('${PART_OF}Organization/' || f.id, 0) join resource r on r.key = t.key
)
select id, max(part_of) as part_of, max(types) as types from (
  select f.id, f.part_of, array(select c #>> '{}'
    from jsonb_path_query(resource_json(f.content), '$.type[*].coding[*].code', silent => true) c) as types
  from found f
) o group by id`;
