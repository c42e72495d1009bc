/** Answers questions about codes: from memory, or all that are left with one statement for each value set. */
import type { CheckCodes, CodeCheck, CodeVerdict } from '../kernel/code-check.ts';
import type { Db } from '../kernel/ctx.ts';
import type { Composed, Part } from './compose.ts';
import { inGrammar, isGrammar } from './grammar.ts';
import { Lru } from './lru.ts';
import { memberOfAny, memberWhere } from './members.ts';
import { isComplete, type System, type Systems, systemOf } from './systems.ts';
import type { Terminology } from './terminology.ts';
import { Values } from './values.ts';

const MAX_VERDICTS = 50_000;

interface Question {
  readonly check: CodeCheck;
  readonly key: string;
}

interface Found {
  readonly member: boolean;
  readonly known: boolean;
  readonly display?: string;
}

const UNDECIDED: CodeVerdict = { valid: undefined, systemKnown: false };

/** Checks through a connection; what they find is remembered for all. */
export function createCodeChecks(terminology: Terminology): (db: Db) => CheckCodes {
  const verdicts = new Lru<CodeVerdict>(MAX_VERDICTS);
  let generation = terminology.generation();
  return (db) => (checks) => {
    const on = terminology.on(db);
    if (!on.remembers()) return checkedWith(on, new Lru(MAX_VERDICTS), checks);
    if (terminology.generation() !== generation) verdicts.clear();
    generation = terminology.generation();
    return checkedWith(on, verdicts, checks);
  };
}

async function checkedWith(
  terminology: Terminology,
  verdicts: Lru<CodeVerdict>,
  checks: readonly CodeCheck[],
): Promise<CodeVerdict[]> {
  const generation = terminology.generation();
  const keys = checks.map((c) => JSON.stringify([c.valueSet, c.system, c.version, c.code, c.display]));
  const answers = keys.map((key) => verdicts.get(key));
  const left = new Map<string, Question>();
  checks.forEach((check, i) => {
    if (!answers[i]) left.set(keys[i]!, { check, key: keys[i]! });
  });
  if (left.size === 0) return answers as CodeVerdict[];
  const systems = await terminology.systems();
  const bySet = Map.groupBy(left.values(), ({ check }) => check.valueSet);
  const found = new Map<string, CodeVerdict>();
  await Promise.all(
    [...bySet].map(async ([valueSet, questions]) => {
      const set = valueSet === undefined ? undefined : await setOf(terminology, valueSet);
      const verdictsOfSet =
        valueSet !== undefined && set === undefined
          ? questions.map(({ check }) => unknownSet(systems, check))
          : await answer(terminology, systems, set, questions);
      questions.forEach(({ key }, i) => {
        found.set(key, verdictsOfSet[i]!);
        if (terminology.generation() === generation) verdicts.set(key, verdictsOfSet[i]!);
      });
    }),
  );
  return keys.map((key, i) => answers[i] ?? found.get(key) ?? UNDECIDED);
}

/** A value set that contains itself decides nothing. */
function setOf(terminology: Terminology, name: string): Promise<Composed | undefined> {
  return terminology.composed(name).catch((error: unknown) => {
    if ((error as { category?: string }).category === 'unprocessable') return undefined;
    throw error;
  });
}

function unknownSet(systems: Systems, { system }: CodeCheck): CodeVerdict {
  return { valid: undefined, systemKnown: system !== undefined && systems.has(system) };
}

/** Verdicts about a value set that may be known to the caller alone; nothing is remembered. */
export async function verdictsIn(
  terminology: Terminology,
  set: Composed,
  checks: readonly CodeCheck[],
): Promise<CodeVerdict[]> {
  if (checks.length === 0) return [];
  return answer(
    terminology,
    await terminology.systems(),
    set,
    checks.map((check) => ({ check, key: '' })),
  );
}

async function answer(
  terminology: Terminology,
  systems: Systems,
  set: Composed | undefined,
  questions: readonly Question[],
): Promise<CodeVerdict[]> {
  const keyOf = ({ system, version }: CodeCheck) =>
    system === undefined ? undefined : systemOf(systems, system, version);
  const found = await look(terminology, set, questions, keyOf);
  return questions.map(({ check }, i) => verdictOf(set, check, keyOf(check), found[i]!));
}

/** What the tables say. */
async function look(
  { db }: Terminology,
  set: Composed | undefined,
  questions: readonly Question[],
  systemFor: (check: CodeCheck) => System | undefined,
): Promise<Found[]> {
  const v = new Values();
  const checks = questions.map(({ check }) => check);
  const columns = [
    v.bind(
      checks.map((c) => c.system ?? null),
      'text[]',
    ),
    v.bind(
      checks.map((c) => c.code),
      'text[]',
    ),
    v.bind(
      checks.map((c) => systemFor(c)?.key ?? null),
      'bigint[]',
    ),
    v.bind(
      checks.map((c) => c.display ?? null),
      'text[]',
    ),
  ];
  const bare = checks.every((c) => c.system === undefined);
  const member = set === undefined ? 'true' : memberOf(set, bare, v);
  const { rows } = await db.query<{ member: boolean | null; known: boolean; display: string | null }>({
    ...named(`select ${member} as member, c.code is not null as known, case
  when q.display is not null and (lower(q.display) = lower(c.display) or exists (
    select 1 from jsonb_array_elements(c.designations) d where lower(d ->> 'value') = lower(q.display))) then q.display
  else c.display end as display
from unnest(${columns.join(', ')}) with ordinality q(url, code, system, display, place)
left join concept c on c.system = q.system and c.code = q.code
order by q.place`),
    values: v.list,
  });
  return rows.map((r) => ({ member: r.member === true, known: r.known, display: r.display ?? undefined }));
}

/** Questions with and without a system in one statement: without one, any will do. */
function memberOf(set: Composed, bare: boolean, v: Values): string {
  if (bare) return memberOfAny(set, 'q.code', v);
  return `case when q.url is null then ${memberOfAny(set, 'q.code', v)} else ${memberWhere(set, 'q.url', 'q.code', v)} end`;
}

const MAX_NAMED = 500;
const names = new Map<string, string>();

function named(text: string): { name?: string; text: string } {
  let name = names.get(text);
  if (name === undefined) {
    if (names.size >= MAX_NAMED) return { text };
    name = `terminology.check.${names.size}`;
    names.set(text, name);
  }
  return { name, text };
}

function verdictOf(
  set: Composed | undefined,
  check: CodeCheck,
  system: System | undefined,
  { member, known, display }: Found,
): CodeVerdict {
  const { system: url, code } = check;
  if (url !== undefined && isGrammar(url)) {
    const valid = inGrammar(url, code)!;
    return { valid: set ? valid && grammarMember(set, url, code) : valid, systemKnown: true };
  }
  const systemKnown = system !== undefined;
  if (!set) {
    const valid = known ? true : system && isComplete(system) ? false : undefined;
    return { valid, display, systemKnown };
  }
  const decided = member ? !undecided(set.exclude, url) : !undecided(set.include, url);
  return { valid: decided ? member : bareGrammar(set, check, member), display, systemKnown };
}

/** A bare code of an element like `Attachment.contentType`, whose value set has all that a grammar has. */
function bareGrammar(
  { include }: Composed,
  { system, code }: CodeCheck,
  member: boolean,
): boolean | undefined {
  if (system !== undefined || member) return undefined;
  if (!include.every((p) => p.url !== undefined && isGrammar(p.url) && !p.listed)) return undefined;
  return include.some((p) => inGrammar(p.url!, code));
}

/** Whether parts may have codes of the system that nobody here knows. */
function undecided(parts: readonly Part[], url: string | undefined): boolean {
  return parts.some((part) => {
    if (part.url !== undefined && url !== undefined && part.url !== url) return false;
    if (part.unknown.length > 0 || part.unusable) return true;
    if (part.sets.some((s) => undecided(s.include, url) || undecided(s.exclude, url))) return true;
    if (part.url === undefined || part.listed) return false;
    return part.system === undefined || !isComplete(part.system);
  });
}

function grammarMember(set: Composed, url: string, code: string): boolean {
  const has = (part: Part) =>
    (part.url === undefined || part.url === url) &&
    (part.listed?.some((l) => l.code === code) ?? true) &&
    part.sets.every((s) => grammarMember(s, url, code));
  return set.include.some(has) && !set.exclude.some(has);
}
