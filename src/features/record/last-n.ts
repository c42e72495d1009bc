/** `Observation/$lastn`: https://hl7.org/fhir/R4/observation-operation-lastn.html */
import { bundleText, link, linkUrl, searchEntry } from '../../interactions/bundle.ts';
import type { Engine } from '../../interactions/engine.ts';
import type { MoreParameter, OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { badParameter, tooCostly } from '../../kernel/fhir-error.ts';
import type { Parameter } from '../../operations/parameters.ts';
import { parameterValue } from '../../operations/parameters.ts';
import type { QueryPairs } from '../../search/parse.ts';
import type { Stored } from '../../store/change.ts';
import { pagesOf } from './pages.ts';

/** Observations that are looked through for one answer. */
const MOST = 10_000;

/** Parameters of the search, which the definition leaves to it. */
export const LAST_N_SEARCH: readonly MoreParameter[] = [
  'patient',
  'subject',
  'category',
  'code',
  'date',
  'status',
  'encounter',
  'performer',
  '_linked',
].map((name) => ({ name, type: 'string', max: '*' }));

interface Coded {
  readonly code?: { readonly coding?: readonly { system?: string; code?: string }[]; readonly text?: string };
}

export async function lastN(
  engine: Engine,
  ctx: Ctx,
  { parameters }: OperationInput,
): Promise<OperationAnswer> {
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const pairs: QueryPairs = given.map((p) => [p.name, textOf(parameterValue(p))] as const);
  const max = maxOf(pairs.find(([name]) => name === 'max')?.[1]);
  const search = pairs.filter(([name]) => name !== 'max');
  if (!search.some(([name]) => name === 'patient' || name === 'subject')) throw noPatient();
  const groups = new Map<string, Stored[]>();
  let seen = 0;
  for await (const page of pagesOf(engine, ctx, 'Observation', search)) {
    for (const match of page) {
      const keys = keysOf(JSON.parse(match.content!) as Coded);
      // One test has several codes: what shares a code with a group is of that group.
      const key = keys.find((k) => groups.has(k)) ?? keys[0]!;
      const group = groups.get(key) ?? [];
      for (const k of keys) if (!groups.has(k)) groups.set(k, group);
      if (group.length < max) group.push(match);
    }
    seen += page.length;
    if (seen >= MOST) throw tooMany();
  }
  const matches = [...new Set(groups.values())].flat();
  const self = link('self', linkUrl(ctx, 'Observation/$lastn', pairs));
  const entries = matches.map((m) => searchEntry(ctx, m, 'match', m.content!));
  return {
    text: bundleText('searchset', [self], entries, matches.length),
    disclosed: matches,
  };
}

function maxOf(text = '1'): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw badParameter('max', {
    en: `max=${text} is no whole number from 1 on: how many Observations of each code.`,
    zh: `max=${text} 不是正整数。它表示每个代码返回多少条 Observation。`,
  });
}

function keysOf({ code }: Coded): string[] {
  const codings = (code?.coding ?? []).map((c) => `${c.system ?? ''}|${c.code ?? ''}`);
  return codings.length > 0 ? codings : [`text ${code?.text ?? ''}`];
}

function textOf(value: unknown): string {
  return (value as { reference?: string } | undefined)?.reference ?? String(value);
}

function noPatient() {
  return badParameter('patient', {
    en: 'Say whose Observations: patient=Patient/<id> (or subject), and what kind: category or code.',
    zh: '请指明居民:patient=Patient/<id>(或 subject),并可用 category 或 code 限定类别。',
  });
}

function tooMany() {
  return tooCostly({
    en: `More than ${MOST} Observations match. Narrow the search by category, code or date.`,
    zh: `匹配的 Observation 超过 ${MOST} 条。请用 category、code 或 date 缩小范围。`,
  });
}
