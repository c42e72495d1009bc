/**
 * One resident, one record: who asks for what is of one Patient is answered what is of all records of the person.
 * Patient itself, and what is no part of a patient's record, is asked as it is.
 */
import type { Db } from '../kernel/ctx.ts';
import { localReference } from '../kernel/ids.ts';
import type { Filter, SearchPlan } from '../search/plan.ts';
import { referenceOfToken, referenceToken } from '../search/tokens.ts';
import { linkedSets } from '../store/linked.ts';
import type { Engine } from './engine.ts';
import { inTurn, overFewPatients, saysWhose } from './few-patients.ts';

/** The plans, with the linked records beside each Patient that they name. */
export async function overLinked<P extends readonly SearchPlan[]>(
  { definitions }: Pick<Engine, 'definitions'>,
  db: Db,
  asked: P,
): Promise<P> {
  const plans = await inTurn(asked, async (plan) => ({
    ...plan,
    filters: plan.linked
      ? await inTurn(plan.filters, (f) => overFewPatients(definitions, db, plan.type, f))
      : plan.filters,
  }));
  const named = new Set(
    plans.flatMap((p) => (p.linked ? namedPatients(definitions, p.type, p.filters) : [])),
  );
  const sets = await linkedSets(db, [...named]);
  if ([...sets.values()].every((ids) => ids.length === 1)) return plans as unknown as P;
  return plans.map((plan) =>
    plan.linked
      ? { ...plan, filters: plan.filters.map((f) => widened(definitions, plan.type, f, sets)) }
      : plan,
  ) as unknown as P;
}

type Definitions = Engine['definitions'];
type Sets = ReadonlyMap<string, readonly string[]>;

function namedPatients(definitions: Definitions, type: string, filters: readonly Filter[]): string[] {
  return filters.flatMap((f) => {
    switch (f.kind) {
      case 'reference':
      case 'member':
        return type === 'Patient' ? [] : [...f.patientIds, ...patientsOf(definitions, f.texts)];
      case 'any':
      case 'all':
        return namedPatients(definitions, type, f.filters);
      case 'not':
        return namedPatients(definitions, type, [f.filter]);
      case 'chain':
        return namedPatients(definitions, f.target, [f.filter]);
      case 'has':
        return namedPatients(definitions, f.source, [f.filter]);
      default:
        return [];
    }
  });
}

function widened(definitions: Definitions, type: string, filter: Filter, sets: Sets): Filter {
  const inside = (of: string, f: Filter) => widened(definitions, of, f, sets);
  switch (filter.kind) {
    case 'reference':
    case 'member':
      if (type === 'Patient') return filter;
      return {
        ...filter,
        patientIds: all(filter.patientIds, sets),
        texts: filter.texts.flatMap((text) => linkedTexts(definitions, text, sets)),
      };
    case 'any':
    case 'all':
      return { ...filter, filters: filter.filters.map((f) => inside(type, f)) };
    case 'not':
      return { ...filter, filter: inside(type, filter.filter) };
    case 'chain':
      return { ...filter, filter: inside(filter.target, filter.filter) };
    case 'has':
      return { ...filter, filter: inside(filter.source, filter.filter) };
    default:
      return filter;
  }
}

function all(ids: readonly string[], sets: Sets): string[] {
  return [...new Set(ids.flatMap((id) => sets.get(id) ?? [id]))];
}

/** Patients that reference tokens name, of parameters that make a resource part of the record. */
function patientsOf(definitions: Definitions, texts: readonly string[]): string[] {
  return texts.flatMap((text) => patientOf(definitions, text)?.id ?? []);
}

function linkedTexts(definitions: Definitions, text: string, sets: Sets): readonly string[] {
  const found = patientOf(definitions, text);
  return found ? all([found.id], sets).map((id) => referenceToken(found.parameter, `Patient/${id}`)) : [text];
}

function patientOf(definitions: Definitions, text: string): { parameter: string; id: string } | undefined {
  const token = referenceOfToken(text);
  if (!token || !saysWhose(definitions, token.type, token.code)) return undefined;
  const local = localReference(token.reference);
  return local?.type === 'Patient' ? { parameter: token.parameter, id: local.id } : undefined;
}
