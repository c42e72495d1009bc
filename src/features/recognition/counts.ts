/** `Organization/$recognition-counts`: how often results could have been recognised, and what became of it. */

import { actingFor } from '../../access/acting.ts';
import { assertMayAll } from '../../access/decide.ts';
import { wholeOf } from '../../db/reader.ts';
import type { Engine } from '../../interactions/engine.ts';
import { sceneOn } from '../../interactions/scene.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { dateRange } from '../../kernel/dates.ts';
import { forbidden, malformed, notFound } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';

/** What is counted are decisions and issues; a count tells of nobody in particular. */
const NEEDS = [
  { permission: 's', type: 'Task' },
  { permission: 's', type: 'DetectedIssue' },
] as const;

interface Row {
  readonly organization: string | null;
  readonly concept: string;
  readonly eligible: string;
  readonly offered: string;
  readonly recognized: string;
  readonly denied: string;
  readonly repeated: string;
  /** `system|code` -> count */
  readonly reasons: Readonly<Record<string, number>> | null;
}

/** `organizationId`: the institution that the operation was called on. */
export async function recognitionCounts(
  engine: Engine,
  ctx: Ctx,
  parameters: readonly Parameter[],
  organizationId: string | undefined,
): Promise<object> {
  assertMayAll(ctx, NEEDS);
  const start = dayOf(parameters, 'start');
  const end = dayOf(parameters, 'end');
  if (start.lo > end.lo) {
    throw malformed({ en: 'end must not be before start.', zh: 'end 不得早于 start。' }, 'end');
  }
  const asked = askedOf(parameters, organizationId, ctx.base);
  const whole = wholeOf(engine.database);
  if (asked !== undefined && !(await sceneOn(engine, ctx, whole).read(asked))) {
    throw notFound('Organization', asked.split('/')[1]!);
  }
  const { rows } = await whole.query<Row>({
    name: 'recognition.counts',
    text: `with fact as (
  select * from recognition_fact where at >= $1 and at < $2 and ($3::text is null or organization = $3)
), denied as (
  select organization, item, jsonb_object_agg(reason, count) reasons from (
    select organization, item, reason, count(distinct matter) from fact where state = 'denied' group by 1, 2, 3
  ) by_reason group by 1, 2
)
select fact.organization, min(concept) concept, count(distinct matter) eligible,
  count(distinct matter) filter (where offered) offered,
  count(distinct matter) filter (where state = 'recognized') recognized,
  count(distinct matter) filter (where state = 'denied') denied,
  count(distinct matter) filter (where state = 'denied' or state = 'undecided') repeated,
  (select reasons from denied d where d.item = fact.item and d.organization is not distinct from fact.organization) reasons
from fact group by fact.organization, fact.item order by fact.organization nulls last, fact.item`,
    values: [start.lo, end.hi, institutionOf(ctx, asked)],
  });
  return { resourceType: 'Parameters', parameter: rows.map(countOf) };
}

/** Who does not see the whole county counts for the own institution. */
function institutionOf(ctx: Ctx, asked: string | undefined): string | null {
  if (!ctx.access.reach) return asked ?? null;
  const own = actingFor(ctx);
  const counted = own.find((o) => asked === undefined || asked === o);
  if (counted !== undefined) return counted;
  throw forbidden({
    en: `The counts of ${asked ?? 'all institutions'} are not for ${own[0] ?? 'a caller without an institution'}.`,
    zh: `${own[0] ?? '未归属机构的调用方'} 无权查看 ${asked ?? '全部机构'} 的统计。`,
  });
}

function dayOf(parameters: readonly Parameter[], name: 'start' | 'end') {
  const range = dateRange(String(parameterValue(firstOf(parameters, name)) ?? ''));
  if (range) return range;
  throw malformed({ en: `${name} must be a date.`, zh: `${name} 必须是日期。` }, name);
}

function askedOf(parameters: readonly Parameter[], id: string | undefined, base: string): string | undefined {
  if (id !== undefined) return `Organization/${id}`;
  const given = parameterValue(firstOf(parameters, 'organization')) as
    | { reference?: string }
    | string
    | undefined;
  if (given === undefined) return undefined;
  const reference = typeof given === 'string' ? given : (given.reference ?? '');
  const local = localReference(reference, base);
  if (local?.type === 'Organization') return `Organization/${local.id}`;
  throw malformed(
    {
      en: `organization must refer to an Organization of this server, not '${reference}'.`,
      zh: `organization 必须引用本服务器上的 Organization,而不是“${reference}”。`,
    },
    'organization',
  );
}

function countOf({ organization, concept, reasons, ...counts }: Row) {
  const integer = (name: keyof typeof counts) => ({ name, valueInteger: Number(counts[name]) });
  return {
    name: 'count',
    part: [
      ...(organization === null
        ? []
        : [{ name: 'organization', valueReference: { reference: organization } }]),
      { name: 'item', valueCodeableConcept: JSON.parse(concept) },
      ...(['eligible', 'offered', 'recognized', 'denied', 'repeated'] as const).map(integer),
      ...Object.entries(reasons ?? {}).map(([key, count]) => {
        const bar = key.lastIndexOf('|');
        const coding = { system: key.slice(0, bar), code: key.slice(bar + 1) };
        return {
          name: 'reason',
          part: [
            { name: 'code', valueCoding: coding },
            { name: 'count', valueInteger: count },
          ],
        };
      }),
    ],
  };
}
