/**
 * Statements of one text that are asked while another of them is on its way share the next one: most of what a
 * small statement costs, here and in the database, is not the rows it finds. Only their values differ, so these
 * become the rows of a table, and the statement is carried out beside each of them.
 */
import type { Rows, Sql } from '../kernel/ctx.ts';
import { FhirError } from '../kernel/fhir-error.ts';

type Query = (sql: Sql) => Promise<Rows<Record<string, unknown>>>;

/** Statements of one text under way at a time: while they are answered, the next gathers. */
const MAX_IN_FLIGHT = 2;
/** How many share a statement. */
const MAX_GROUP = 16;

interface Waiting {
  readonly values: readonly unknown[];
  readonly resolve: (rows: Rows<Record<string, unknown>>) => void;
  readonly reject: (error: unknown) => void;
}

/** All that wait for one text. */
interface Queue {
  readonly single: Pick<Sql, 'name' | 'text'>;
  /** The same for several; undefined when its values cannot be columns. */
  readonly several: Pick<Sql, 'name' | 'text'> | undefined;
  readonly waiting: Waiting[];
  inFlight: number;
}

/** Asks with whoever asks the same at the same time. For reads that have a name: each name is one text. */
export function createTogether(query: Query): Query {
  const queues = new Map<string, Queue>();

  async function carryOut({ single, several }: Queue, group: readonly Waiting[]): Promise<void> {
    try {
      if (group.length === 1 || !several) {
        for (const w of group) w.resolve(await query({ ...single, values: w.values }));
        return;
      }
      const columns = group[0]!.values.map((_, i) => group.map((w) => w.values[i]));
      const { rows } = await query({ ...several, values: columns });
      const found = group.map((): Record<string, unknown>[] => []);
      for (const { place_, order_, ...row } of rows) found[Number(place_) - 1]![Number(order_) - 1] = row;
      group.forEach((w, i) => {
        w.resolve({ rows: found[i]!, count: found[i]!.length });
      });
    } catch (error) {
      // Nobody fails for a neighbour; only when the database is away, it is away for all.
      const isAway = error instanceof FhirError && error.category === 'transient';
      if (group.length > 1 && !isAway) for (const w of group) await carryOut(alone(single), [w]);
      else for (const w of group) w.reject(error);
    }
  }

  function pump(queue: Queue): void {
    while (queue.inFlight < MAX_IN_FLIGHT && queue.waiting.length > 0) {
      queue.inFlight += 1;
      void carryOut(queue, queue.waiting.splice(0, queue.several ? MAX_GROUP : 1)).finally(() => {
        queue.inFlight -= 1;
        pump(queue);
      });
    }
  }

  return (sql) => {
    const { name, text, values } = sql;
    if (name === undefined) return query(sql);
    let queue = queues.get(name);
    if (!queue) {
      queue = { single: { name, text }, several: severalOf(name, text), waiting: [], inFlight: 0 };
      queues.set(name, queue);
    }
    if (!queue.several) return query(sql);
    const to = queue;
    return new Promise((resolve, reject) => {
      to.waiting.push({ values, resolve, reject });
      // Let the requests of this turn of the event loop join.
      if (to.waiting.length === 1) setImmediate(pump, to);
    });
  };
}

function alone(single: Queue['single']): Queue {
  return { single, several: undefined, waiting: [], inFlight: 0 };
}

/**
 * The statement for a table of values, one row for each who asks: possible when every place for a value says its
 * type and none is an array. Rows say whose they are (`place_`), and where they stood (`order_`).
 */
export function severalOf(name: string, text: string): Pick<Sql, 'name' | 'text'> | undefined {
  const types: string[] = [];
  const beside = text.replace(
    /\$(\d+)(?:::(\w+)(\[\])?)?/g,
    (_, number: string, type?: string, array?: string) => {
      types[Number(number) - 1] = array === undefined && type !== undefined ? type : '';
      return `q.p${number}`;
    },
  );
  if (types.length === 0 || types.some((type) => type === '') || types.includes(undefined as never))
    return undefined;
  const columns = types.map((type, i) => `$${i + 1}::${type}[]`).join(', ');
  const names = types.map((_, i) => `p${i + 1}`).join(', ');
  return {
    name: `${name}*`,
    text: `select a.*, q.place_::int from unnest(${columns}) with ordinality q(${names}, place_)
cross join lateral (select x.*, (row_number() over ())::int as order_ from (
${beside}
) x) a`,
  };
}
