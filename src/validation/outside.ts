/**
 * What a validation cannot decide in memory: codes of large code systems, whether a referenced resource exists, a
 * stored Questionnaire. The walk over the resource collects questions; they are asked together afterwards, and
 * what the answers give is put where it would have stood among the issues.
 */
import type { CheckCodes, CodeCheck, CodeVerdict } from '../kernel/code-check.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Json } from './fhirpath/items.ts';
import type { Run } from './run.ts';

/** Whoever can answer. What is left out is not asked. */
export interface Outside {
  readonly checkCodes?: CheckCodes;
  /** Which of these `Type/id` are not there, or are deleted. */
  readonly missing?: (references: readonly string[]) => Promise<ReadonlySet<string>>;
  /** A Questionnaire by canonical, `|version` allowed. */
  readonly questionnaire?: (canonical: string) => Promise<Json | undefined>;
}

/** A question with what its answer means; `judge` adds issues to a run that stands where the question arose. */
export type Question =
  | {
      readonly about: 'codes';
      readonly codes: readonly CodeCheck[];
      judge(verdicts: readonly CodeVerdict[], run: Run): void;
    }
  | { readonly about: 'reference'; readonly reference: string; judge(missing: boolean, run: Run): void }
  | {
      readonly about: 'questionnaire';
      readonly canonical: string;
      judge(questionnaire: Json | undefined, run: Run): void;
    };

export interface Pending {
  readonly question: Question;
  /** How many issues had been found before. */
  readonly place: number;
  /** A run that continues there. */
  readonly run: Run;
}

/**
 * Codes that decide which slice or profile a value belongs to: what follows depends on them, so the walk is made
 * again once they are known.
 */
export interface TriedCodes {
  readonly known: Map<string, CodeVerdict>;
  /** Asked about, and not yet known. */
  readonly open: Map<string, CodeCheck>;
}

/** Judges what a trial asked about codes, as far as they are known. Answers the first run that found an error. */
export function tryCodes(pending: readonly Pending[], { known, open }: TriedCodes): Run | undefined {
  for (const { question, run } of pending) {
    if (question.about !== 'codes') continue;
    const unknown = question.codes.filter((code) => !known.has(keyOf(code)));
    for (const code of unknown) open.set(keyOf(code), code);
    if (unknown.length > 0) continue;
    question.judge(
      question.codes.map((code) => known.get(keyOf(code))!),
      run,
    );
    if (run.issues.some((i) => i.severity === 'error')) return run;
  }
  return undefined;
}

/** Makes the open codes known. */
export async function learnCodes({ known, open }: TriedCodes, { checkCodes }: Outside): Promise<void> {
  const asked = [...open];
  open.clear();
  const verdicts = checkCodes ? await checkCodes(asked.map(([, code]) => code)) : [];
  asked.forEach(([key], i) => {
    known.set(key, verdicts[i] ?? { valid: undefined, systemKnown: false });
  });
}

/** The issues of a run with those that the answers to its questions give. */
export async function settled(run: Run, outside: Outside): Promise<Issue[]> {
  const { pending, issues } = run;
  if (pending.length === 0) return issues;
  const answers = await answersTo(
    pending.map((p) => p.question),
    outside,
  );
  const found = await Promise.all(
    pending.map((p, i) => {
      answers[i]!(p.run);
      return settled(p.run, outside);
    }),
  );
  const out: Issue[] = [];
  let next = 0;
  pending.forEach(({ place }, i) => {
    out.push(...issues.slice(next, place), ...found[i]!);
    next = place;
  });
  return [...out, ...issues.slice(next)];
}

/** For each question, what judges a run by its answer. One call for all codes, one for all references. */
async function answersTo(
  questions: readonly Question[],
  outside: Outside,
): Promise<readonly ((run: Run) => void)[]> {
  const codes = new Map<string, CodeCheck>();
  const references = new Set<string>();
  const canonicals = new Set<string>();
  for (const q of questions) {
    if (q.about === 'codes') for (const code of q.codes) codes.set(keyOf(code), code);
    else if (q.about === 'reference') references.add(q.reference);
    else canonicals.add(q.canonical);
  }
  const [verdicts, missing, questionnaires] = await Promise.all([
    codes.size > 0 ? outside.checkCodes!([...codes.values()]) : [],
    references.size > 0 ? outside.missing!([...references]) : new Set<string>(),
    Promise.all([...canonicals].map((canonical) => outside.questionnaire!(canonical))),
  ]);
  const verdictOf = new Map([...codes.keys()].map((key, i) => [key, verdicts[i]!]));
  const questionnaireOf = new Map([...canonicals].map((canonical, i) => [canonical, questionnaires[i]]));
  return questions.map((q) => (run) => {
    if (q.about === 'codes')
      q.judge(
        q.codes.map((code) => verdictOf.get(keyOf(code))!),
        run,
      );
    else if (q.about === 'reference') q.judge(missing.has(q.reference), run);
    else q.judge(questionnaireOf.get(q.canonical), run);
  });
}

function keyOf({ valueSet, system, version, code, display }: CodeCheck): string {
  return JSON.stringify([valueSet, system, version, code, display]);
}
