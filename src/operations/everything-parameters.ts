/** The parameters of `$everything`. */
import type { Engine } from '../interactions/engine.ts';
import type { OperationInput } from '../kernel/contribution.ts';
import { dateRange, type Range } from '../kernel/dates.ts';
import { badParameter } from '../kernel/fhir-error.ts';
import { decodeCursor } from '../search/cursor.ts';
import { MAX_COUNT, type QueryPairs } from '../search/parse.ts';
import type { Place } from '../store/record.ts';
import { allOf, type Parameter, parameterValue } from './parameters.ts';

/** Matches of one Bundle when nobody asks for pages: some ten megabytes. */
const MAX_WHOLE = 10_000;

export interface Asked {
  /** Resource types; undefined is all of them. */
  readonly types?: readonly string[];
  /** Instants in milliseconds, as in `store/record.ts`. */
  readonly since?: number;
  readonly from?: number;
  readonly to?: number;
  readonly count: number;
  /** Whether the records of one person are one: `_linked`. */
  readonly linked: boolean;
  readonly after?: Place;
  readonly summary: 'true' | 'text' | 'data' | 'false';
  readonly elements: readonly string[];
  /** What was asked, but for the cursor: the self link. */
  readonly used: QueryPairs;
}

const SUMMARIES: readonly Asked['summary'][] = ['true', 'text', 'data', 'false'];

export function askedOf(engine: Engine, { id, parameters }: OperationInput): Asked {
  const list = (parameters.parameter ?? []) as readonly Parameter[];
  const texts = (name: string) => allOf(list, name).map((p) => String(parameterValue(p)));
  const parts = (name: string) => texts(name).flatMap((t) => t.split(',').filter((part) => part !== ''));
  const range = (name: string) => rangeOf(name, texts(name)[0]);
  const types = parts('_type');
  const unknown = types.find((type) => !engine.definitions.resourceTypes.has(type));
  if (unknown !== undefined) {
    throw badParameter('_type', {
      en: `'${unknown}' is not a FHIR R4 resource type.`,
      zh: `“${unknown}”不是 FHIR R4 资源类型。`,
    });
  }
  const cursor = texts('_cursor')[0];
  return {
    types: types.length > 0 ? [...new Set(types)] : undefined,
    since: range('_since')?.lo,
    from: range('start')?.lo,
    to: range('end')?.hi,
    count: countOf(texts('_count')[0], id === undefined ? MAX_COUNT : MAX_WHOLE),
    linked: texts('_linked')[0] !== 'false',
    after:
      cursor === undefined ? undefined : (decodeCursor(cursor, ['text', 'int', 'int']) as unknown as Place),
    summary: summaryOf(texts('_summary')[0]),
    elements: parts('_elements'),
    used: list
      .filter((p) => p.name !== '_cursor')
      .map((p): [string, string] => [p.name, String(parameterValue(p))]),
  };
}

/** A date says what care is meant; `_since` is an instant, and a date will do. */
function rangeOf(name: string, text: string | undefined): Range | undefined {
  if (text === undefined) return undefined;
  // A `+` in a zone arrives as a space when the client did not encode it.
  const range = dateRange(text.replace(/ (\d{2}:\d{2})$/, '+$1'));
  if (range) return range;
  throw badParameter(name, {
    en: `${name}=${text} is no date. Write YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+08:00.`,
    zh: `${name}=${text} 不是日期。格式为 YYYY-MM-DD 或 YYYY-MM-DDThh:mm:ss+08:00。`,
  });
}

function countOf(text: string | undefined, most: number): number {
  if (text === undefined) return most;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw badParameter('_count', {
      en: `_count=${text} is not a whole number from 1 to ${most}.`,
      zh: `_count=${text} 不是 1 到 ${most} 之间的整数。`,
    });
  }
  return Math.min(Number(text), most);
}

function summaryOf(text = 'false'): Asked['summary'] {
  const found = SUMMARIES.find((s) => s === text);
  if (found) return found;
  throw badParameter('_summary', {
    en: `_summary=${text} is not possible here. Use one of: ${SUMMARIES.join(', ')}.`,
    zh: `此处 _summary=${text} 无效。可用值:${SUMMARIES.join('、')}。`,
  });
}
