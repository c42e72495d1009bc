/**
 * Makes the set of parameters that of the SearchParameters in force. A job: each write of a SearchParameter
 * enqueues it in its own transaction.
 */
import type { Definitions } from '../definitions/definitions.ts';
import { enqueue } from '../jobs/enqueue.ts';
import type { JobKind } from '../jobs/run.ts';
import type { Database, Db } from '../kernel/ctx.ts';
import {
  type CustomParameter,
  customParameterIssues,
  isOfPackage,
  typesOf,
} from '../search/custom-parameters.ts';
import {
  lockParameterSet,
  readActiveDefinitions,
  readParameterSet,
  replaceParameters,
} from '../store/parameter-set.ts';
import { requestReindex } from './reindex.ts';

/** The name that the trigger of migration 0009 knows. */
const KIND = 'search-parameters';

export function takeUpJob(database: Database, definitions: Definitions): JobKind {
  return {
    name: KIND,
    run: async () => {
      // To find nothing to do must not make writers wait.
      if (isNothing(await differences(database, definitions))) return;
      await database.tx(async (db) => {
        await lockParameterSet(db);
        const found = await differences(db, definitions);
        if (isNothing(found)) return;
        await replaceParameters(db, [...found.gone.keys()], found.came);
        const types = new Set([...found.gone.values(), ...found.came.map((p) => p.types)].flat());
        await requestReindex(db, [...types]);
      });
    },
  };
}

/** For a process that starts: the one before may have died in the middle. */
export function enqueueTakeUp(db: Db): Promise<void> {
  return enqueue(db, KIND, {}, KIND);
}

type Wanted = Pick<CustomParameter, 'id' | 'definition' | 'types'>;

interface Differences {
  /** Id -> types of those that are no longer wanted, or not as they are. */
  readonly gone: ReadonlyMap<string, readonly string[]>;
  readonly came: readonly Wanted[];
}

const isNothing = ({ gone, came }: Differences) => gone.size === 0 && came.length === 0;

async function differences(db: Db, definitions: Definitions): Promise<Differences> {
  const { parameters } = await readParameterSet(db);
  const wanted = await wantedParameters(db, definitions, parameters);
  const kept = new Set(
    parameters
      .filter((p) => wanted.some((w) => w.id === p.id && meaning(w, wanted) === meaning(p, parameters)))
      .map((p) => p.id),
  );
  return {
    gone: new Map(parameters.filter((p) => !kept.has(p.id)).map((p) => [p.id, p.types])),
    came: wanted.filter((w) => !kept.has(w.id)),
  };
}

/**
 * Those that can be used. Two that want one code may both have been stored, in two processes at one time: the
 * one that is in use stays, else that of the lower id wins.
 */
async function wantedParameters(
  db: Db,
  definitions: Definitions,
  current: readonly CustomParameter[],
): Promise<Wanted[]> {
  const inUse = new Set(current.map((p) => p.id));
  const active = (await readActiveDefinitions(db)).filter((a) => !isOfPackage(definitions, a.definition));
  // Composites last, for what they are made of must be there.
  const rank = ({ id, definition }: (typeof active)[number]) =>
    Number(definition.type === 'composite') * 2 + Number(!inUse.has(id));
  active.sort((a, b) => rank(a) - rank(b));
  const wanted: Wanted[] = [];
  for (const { id, definition } of active) {
    if (customParameterIssues(definitions, wanted, id, definition).length > 0) continue;
    wanted.push({ id, definition, types: typesOf(definitions, definition) });
  }
  return wanted;
}

/** What of a definition decides which rows there are, and what is said of it; of a composite, those it is made of too. */
function meaning({ definition }: Pick<Wanted, 'definition'>, among: readonly Pick<Wanted, 'definition'>[]) {
  const { url, code, type, base, expression, target, description, component = [] } = definition;
  const { multipleOr, multipleAnd, comparator, modifier } = definition;
  const parts = component.map((c) => {
    const part = among.find((a) => a.definition.url === c.definition)?.definition;
    return [c.definition, c.expression, part?.type, part?.expression];
  });
  const asked = [multipleOr, multipleAnd, comparator, modifier];
  return JSON.stringify([
    url,
    code,
    type,
    [...(base ?? [])].sort(),
    expression,
    target,
    description,
    parts,
    asked,
  ]);
}
