/**
 * Conditions on a resource's patient, or on what a patient has, that a few people meet: those people, by name, with all
 * their records. What many meet is no question about somebody, and stays a condition.
 */
import type { Db } from '../kernel/ctx.ts';
import { compileMatches } from '../search/compile.ts';
import type { Filter, ReferenceLink } from '../search/plan.ts';
import { referenceToken } from '../search/tokens.ts';
import type { FilterOf } from '../search/types/search-type.ts';
import { linkedPatients } from '../store/linked.ts';
import type { Engine } from './engine.ts';

/** Records that meet the condition, to be few: somebody's, and those of others of the same name. */
const FEW = 20;
/** Resources that meet a condition of `_has` and are looked at for whose they are. */
const MOST_RESOURCES = 500;

type Definitions = Engine['definitions'];

/** The filter with chains to few patients, and `_has` of few, as those patients. */
export async function overFewPatients(
  definitions: Definitions,
  db: Db,
  type: string,
  filter: Filter,
): Promise<Filter> {
  const inside = (of: string, f: Filter) => overFewPatients(definitions, db, of, f);
  switch (filter.kind) {
    case 'any':
    case 'all':
      return { ...filter, filters: await inTurn(filter.filters, (f) => inside(type, f)) };
    case 'not':
      return { ...filter, filter: await inside(type, filter.filter) };
    case 'chain':
      return ofTheirRecords(definitions, db, type, {
        ...filter,
        filter: await inside(filter.target, filter.filter),
      });
    case 'has':
      return whoHave(db, type, {
        ...filter,
        filter: await inside(filter.source, filter.filter),
      });
    default:
      return filter;
  }
}

/** A request asks one thing at a time. */
export async function inTurn<T, R>(list: readonly T[], ask: (one: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = [];
  for (const one of list) answers.push(await ask(one));
  return answers;
}

async function ofTheirRecords(
  definitions: Definitions,
  db: Db,
  type: string,
  filter: FilterOf<'chain'>,
): Promise<Filter> {
  const { link, target } = filter;
  if (target !== 'Patient' || !isOfRecord(definitions, type, link)) return filter;
  const found = await matches(db, 'Patient', filter.filter, FEW + 1);
  if (found.length === 0 || found.length > FEW) return filter;
  const ids = await linkedPatients(
    db,
    found.map((p) => p.id),
  );
  return link.isPatient
    ? { kind: 'reference', patientIds: ids, texts: [], rank: 1 }
    : {
        kind: 'reference',
        patientIds: [],
        texts: ids.map((id) => referenceToken(link.key, `Patient/${id}`)),
        rank: 1,
      };
}

async function whoHave(db: Db, type: string, filter: FilterOf<'has'>): Promise<Filter> {
  const { link, source } = filter;
  if (type !== 'Patient' || !link.isPatient) return filter;
  const found = await matches(db, source, filter.filter, MOST_RESOURCES + 1);
  const patients = [...new Set(found.flatMap(({ patient }) => patient ?? []))];
  if (found.length > MOST_RESOURCES || patients.length === 0 || patients.length > FEW) return filter;
  return { kind: 'id', ids: await linkedPatients(db, patients) };
}

/** Whether what refers so to a Patient is part of the Patient's record. */
function isOfRecord(definitions: Definitions, type: string, { key, isPatient }: ReferenceLink): boolean {
  const [, code = ''] = key.split(':');
  return type !== 'Patient' && (isPatient || saysWhose(definitions, type, code));
}

/**
 * Whether by that parameter a resource is somebody's: R4 has Contracts in no compartment of Patient, though they are
 * about people.
 */
export function saysWhose(definitions: Definitions, type: string, code: string): boolean {
  return code === 'subject' || code === 'patient' || definitions.compartmentParams(type).includes(code);
}

async function matches(db: Db, type: string, filter: Filter, limit: number) {
  const sql = compileMatches(type, [filter], limit);
  return (await db.query<{ id: string; patient: string | null }>(sql)).rows;
}
