/** https://hl7.org/fhir/R4/http.html#history */
import { assertMay } from '../access/decide.ts';
import { readableTypes } from '../access/filter.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { dateRange } from '../kernel/dates.ts';
import { badParameter, forbidden, notFound } from '../kernel/fhir-error.ts';
import { decodeCursor, encodeCursor } from '../search/cursor.ts';
import { DEFAULT_COUNT, MAX_COUNT, type QueryPairs } from '../search/parse.ts';
import type { Stored } from '../store/change.ts';
import { readHistory } from '../store/history.ts';
import { readCurrent } from '../store/read.ts';
import { auditRead } from './audit-read.ts';
import type { Engine } from './engine.ts';

export interface HistoryInput {
  /** Absent: all types. */
  readonly type?: string;
  readonly id?: string;
  readonly query: QueryPairs;
}

export interface HistoryResult {
  readonly entries: readonly Stored[];
  /** Place of this page, and of the next one; undefined for the first, and after the last. */
  readonly cursor?: string;
  readonly next?: string;
  readonly used: QueryPairs;
  /** Number of all versions asked for, where that is known without counting. */
  readonly total?: number;
}

function numbersAlone() {
  return forbidden({
    en: 'The caller is told numbers, and no resources or their versions.',
    zh: '调用者只能获取统计数,不能查看资源及其历史版本。',
  });
}

const KNOWN = new Set(['_count', '_since', '_at', '_cursor', '_format', '_pretty', '_summary', '_elements']);

export async function history(engine: Engine, ctx: Ctx, input: HistoryInput): Promise<HistoryResult> {
  if (ctx.access.reach?.countsFrom !== undefined) throw numbersAlone();
  const types =
    input.type === undefined
      ? readableTypes(ctx.access, [...engine.definitions.resourceTypes])
      : [input.type];
  if (input.type !== undefined) assertMay(ctx, input.id === undefined ? 's' : 'r', input.type);
  else if (types.length === 0) {
    throw forbidden({ en: 'No scope of this token allows reading.', zh: '该令牌没有任何读取权限。' });
  }
  const value = (name: string) => input.query.find(([n]) => n === name)?.[1];
  const unknown = input.query.find(([n]) => !KNOWN.has(n));
  if (unknown) {
    throw badParameter(unknown[0], {
      en: `_history has no parameter '${unknown[0]}'. It has: _count, _since, _at.`,
      zh: `_history 没有参数“${unknown[0]}”。可用:_count、_since、_at。`,
    });
  }
  const limit = countOf(value('_count'));
  const cursor = value('_cursor');
  const since = instantOf('_since', value('_since'));
  const at = instantOf('_at', value('_at'));
  const after =
    cursor === undefined
      ? undefined
      : (decodeCursor(cursor, ['int', 'int', 'int4']) as [number, string, number]);
  const found = await readHistory(engine.database, {
    types,
    id: input.id,
    since: since?.lo,
    at,
    limit,
    after,
  });
  if (input.id !== undefined && found.length === 0 && !after && since === undefined && at === undefined) {
    throw notFound(input.type!, input.id);
  }
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  await auditRead(engine, ctx, {
    type: input.type,
    interaction: input.id !== undefined ? 'history-instance' : input.type ? 'history-type' : 'history-system',
    targets: input.id === undefined ? [] : [`${input.type}/${input.id}`],
    found: entries,
  });
  const whole = found.length <= limit && !after;
  return {
    entries,
    total: whole ? entries.length : await versionsOf(engine, input, since === undefined && at === undefined),
    cursor,
    next: found.length > limit && last ? encodeCursor([last.updated, last.key, last.version]) : undefined,
    used: input.query.filter(([n]) => n !== '_cursor'),
  };
}

/** Of one resource: they are numbered without gaps. */
async function versionsOf(engine: Engine, { type, id }: HistoryInput, all: boolean) {
  if (id === undefined || !all) return undefined;
  return (await readCurrent(engine.database, type!, id))?.version;
}

function countOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_COUNT;
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw badParameter('_count', {
      en: `_count=${text} is not a whole number from 1 to ${MAX_COUNT}.`,
      zh: `_count=${text} 不是 1 到 ${MAX_COUNT} 之间的整数。`,
    });
  }
  return Math.min(Number(text), MAX_COUNT);
}

function instantOf(name: string, text: string | undefined) {
  if (text === undefined) return undefined;
  const range = dateRange(text.replace(/ (\d{2}:\d{2})$/, '+$1'));
  if (range) return range;
  throw badParameter(name, {
    en: `${name}=${text} is no instant. Write it as 2024-05-01T08:00:00+08:00.`,
    zh: `${name}=${text} 不是有效时间。格式如 2024-05-01T08:00:00+08:00。`,
  });
}
