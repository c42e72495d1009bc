/**
 * `$everything`: the record of a patient, or of an encounter, in one searchset.
 * https://hl7.org/fhir/R4/patient-operation-everything.html,
 * https://hl7.org/fhir/R4/encounter-operation-everything.html
 *
 * Matches are the resource itself and what belongs to it: its compartment, and what else names the patient as
 * its subject. Included is what those refer to, one step, when it supports the record (`referred.ts`). The
 * server's own AuditEvents, which grow with every look at the record, are no part of it: `AuditEvent?patient=`.
 * Everything is in one Bundle, up to 10,000 matches; with `_count`, or beyond that, pages follow.
 */
import { assertMay } from '../access/decide.ts';
import { readableTypes } from '../access/filter.ts';
import { bundleText, link, linkUrl, searchEntry } from '../interactions/bundle.ts';
import type { Engine } from '../interactions/engine.ts';
import { patientsIn } from '../interactions/patients.ts';
import { subsetOf } from '../interactions/subset.ts';
import type {
  MoreParameter,
  OperationAnswer,
  OperationBinding,
  OperationInput,
} from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { gone, notFound } from '../kernel/fhir-error.ts';
import { encodeCursor } from '../search/cursor.ts';
import { referenceToken } from '../search/tokens.ts';
import { linkedPatients } from '../store/linked.ts';
import type { Placed } from '../store/record.ts';
import { readRecord, readTypeInOrder } from '../store/record.ts';
import { type Asked, askedOf } from './everything-parameters.ts';
import { referredResources } from './referred.ts';

const url = (code: string) => `http://hl7.org/fhir/OperationDefinition/${code}`;

/** Parameters of every search that the definitions do not repeat, and the place of a page. */
const MORE: readonly MoreParameter[] = [
  { name: '_summary', type: 'code', max: '1' },
  { name: '_elements', type: 'string', max: '*' },
  { name: '_linked', type: 'boolean', max: '1' },
  { name: '_cursor', type: 'string', max: '1' },
];

/** Matches of one page, and where the next begins. */
interface Page {
  readonly matches: readonly Placed[];
  readonly next?: string;
}

export function everythingOperations(engine: Engine): OperationBinding[] {
  return ['Patient-everything', 'Encounter-everything'].map((code) => ({
    definition: url(code),
    more: MORE,
    run: (ctx, input) => everything(engine, ctx, input),
  }));
}

async function everything(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  const { id } = input;
  const type = input.type!;
  const asked = askedOf(engine, input);
  assertMay(ctx, id === undefined ? 's' : 'r', type);
  const { matches, next } =
    id === undefined
      ? await everyRecord(engine, ctx, asked)
      : await oneRecord(engine, ctx, { type, id }, asked);
  // What an encounter's record refers to may be its patient's: that is not all in the record by itself.
  const owner = type === 'Encounter' ? matches.find((m) => m.patient)?.patient : undefined;
  const included = await referredResources(engine, ctx, matches, asked, owner ? [owner] : []);
  const shown = [...matches, ...included];
  const subset = subsetOf(engine.definitions, asked);
  const text = (mode: 'match' | 'include') => (m: (typeof shown)[number]) =>
    searchEntry(ctx, m, mode, subset(m.type, m.content!));
  const path = [type, id, '$everything'].filter((p) => p !== undefined).join('/');
  const links = [link('self', linkUrl(ctx, path, asked.used))];
  if (next !== undefined) links.push(link('next', linkUrl(ctx, path, [...asked.used, ['_cursor', next]])));
  const total = next === undefined && !asked.after ? matches.length : undefined;
  const entries = [...matches.map(text('match')), ...included.map(text('include'))];
  const patients = type === 'Patient' && id !== undefined ? [id] : [];
  return { text: bundleText('searchset', links, entries, total), patients, disclosed: shown };
}

async function oneRecord(
  engine: Engine,
  ctx: Ctx,
  { type, id }: { type: string; id: string },
  asked: Asked,
): Promise<Page> {
  const patients = type === 'Patient' && asked.linked ? await linkedPatients(engine.database, [id]) : [id];
  const { root, members } = await readRecord(engine.database, {
    ...asked,
    type,
    id,
    patients,
    types: typesOf(engine, ctx, asked),
    links: patients.flatMap((of) => linksOf(engine, type, of, asked)),
    limit: asked.count + 1,
  });
  if (!root) throw notFound(type, id);
  if (root.content === null) throw gone(type, id, root.version);
  // The resource itself comes first, and only on the first page.
  const isAsked =
    !asked.after &&
    (asked.types?.includes(type) ?? true) &&
    (asked.since === undefined || root.updated >= asked.since);
  const first = isAsked ? [root] : [];
  const others = members.slice(0, asked.count - first.length);
  const isLast = others.length === members.length;
  return { matches: [...first, ...others], next: isLast ? undefined : cursorAfter(others.at(-1)) };
}

/** The references that make a resource part of the record, as tokens; the patient column answers the others. */
function linksOf(engine: Engine, type: string, id: string, asked: Asked): string[] {
  return [...(asked.types ?? engine.definitions.resourceTypes)].flatMap((member) => {
    const { byCode } = engine.parameters(member);
    const params = engine.definitions.compartmentParams(member, type);
    const codes = type === 'Patient' && params.length === 0 ? ['patient'] : params;
    return codes
      .map((code) => byCode.get(code))
      .filter((p) => p?.kind === 'reference')
      .filter((p) => !(type === 'Patient' && p!.isPatient))
      .map((p) => referenceToken(p!.key, `${type}/${id}`));
  });
}

/** The types that are asked for and may be gathered; undefined is every type. */
function typesOf(engine: Engine, ctx: Ctx, asked: Asked): readonly string[] | undefined {
  const all = [...engine.definitions.resourceTypes];
  const readable = readableTypes(ctx.access, asked.types ?? all);
  return readable.length === all.length ? undefined : readable;
}

/** The records of all patients: type by type, what is of some patient. */
async function everyRecord(engine: Engine, ctx: Ctx, asked: Asked): Promise<Page> {
  const types = (typesOf(engine, ctx, asked) ?? [...engine.definitions.resourceTypes])
    .filter((t) => t === 'Patient' || engine.definitions.compartmentParams(t).length > 0)
    .sort();
  const found: Placed[] = [];
  for (const type of types) {
    if (found.length > asked.count) break;
    if (asked.after && type < asked.after[0]) continue;
    let { after } = asked;
    for (;;) {
      const limit = asked.count + 1 - found.length;
      const rows = await readTypeInOrder(engine.database, type, { ...asked, after, limit });
      found.push(...rows.filter((r) => patientsIn(engine, ctx, r).length > 0));
      const last = rows.at(-1);
      if (rows.length < limit || !last || found.length > asked.count) break;
      after = [last.type, last.date, last.key];
    }
  }
  const matches = found.slice(0, asked.count);
  return { matches, next: found.length > asked.count ? cursorAfter(matches.at(-1)) : undefined };
}

/** Behind a resource, or before all of them when the page had no room for any. */
function cursorAfter(last: Placed | undefined): string {
  return encodeCursor(last ? [last.type, last.date, last.key] : ['', 0, 0]);
}
