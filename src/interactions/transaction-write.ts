/** Writes what a transaction has planned: references resolved, everything validated, conditions looked at again. */
import { may } from '../access/decide.ts';
import { type AuditEntry, auditEntries } from '../audit/audit-entry.ts';
import { FhirError, failure, multipleMatches, preconditionFailed, tooCostly } from '../kernel/fhir-error.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Change } from '../store/change.ts';
import { amended } from './amend.ts';
import { deadLinks } from './bundle-links.ts';
import { consequencesOf, hasConsequences } from './consequences.ts';
import { type Criteria, findMatches } from './criteria.ts';
import type { Body } from './engine.ts';
import { MAX_ISSUES } from './entry.ts';
import { inEntry, inEntryAsync } from './entry-errors.ts';
import { entryPatch } from './patch/document.ts';
import { patched } from './patch.ts';
import { subjectsOf } from './patients.ts';
import { acceptStored, changeOf, type Prepared } from './prepare.ts';
import { provenanceOf } from './provenance.ts';
import { quarantineTasks } from './quarantine.ts';
import { flawed } from './quarantine-tag.ts';
import { conditionalReferences, type Links, resolveReferences, type Target } from './references.ts';
import { withStoredIdentifiers } from './stored-identifiers.ts';
import type { EntryResult, Work } from './transaction.ts';
import { conditionOf, type Planned } from './transaction-plan.ts';
import { assertBodyId, assertVersion } from './update.ts';
import { lastOf } from './write-along.ts';
import { assertMayChoose } from './write-transaction.ts';

/** Resources that refer by condition to resources that refer by condition, and so on. */
const MAX_ROUNDS = 20;

/** A version to be written, with its links as the client sent them. */
interface Draft extends Planned {
  readonly body: Body;
  /** Its conditional references, by their text. */
  readonly conditional: ReadonlyMap<string, Criteria>;
  readonly issues: readonly Issue[];
}

/** A conditional reference that is decided. */
interface Decided extends Criteria {
  readonly draft: Draft;
  readonly text: string;
  readonly id: string;
  /** The round after which it was decided. */
  readonly round: number;
}

/** Results by entry. `deleted`: what the transaction has deleted already. */
export async function writePlanned(
  work: Work,
  planned: readonly Planned[],
  deleted: readonly Prepared[],
  provenance: Body | undefined,
): Promise<Map<number, EntryResult>> {
  const byFullUrl = targetsOf(work, planned);
  const drafts = await draftAll(work, planned, byFullUrl);
  const { engine, ctx, db } = work;
  const changes = await writeInRounds(work, drafts, byFullUrl, async (last, before) => {
    const all = [...deleted, ...before, ...last];
    const told = await provenanceOf(engine, ctx, provenance, all, db);
    const audit = all.some((c) => hasConsequences(engine, c)) ? [] : auditOf(work, planned, all);
    if (last.length + told.length + audit.length > 0)
      await engine.writer.within(db, [...last, ...told, ...audit]);
  });
  const tasks = await tasksOf(work, drafts, changes);
  if (tasks.length > 0) await engine.writer.within(db, tasks);
  await assertConditionsHold(work, planned);
  const along = await followAll(work, planned, deleted, changes);
  const last = new Map([...changes].map(([index, change]) => [index, lastOf(change, along)]));
  return resultsOf(work, planned, drafts, last);
}

/** What the fullUrls of the entries stand for. */
function targetsOf({ before }: Work, planned: readonly Planned[]): Map<string, Target> {
  const targets = new Map<string, Target>();
  const written = new Set(planned.filter((p) => p.action !== 'existing').map((p) => `${p.type}/${p.id}`));
  for (const { entry, type, id } of planned) {
    const now = before.get(`${type}/${id}`)?.version ?? 0;
    const version = written.has(`${type}/${id}`) ? now + 1 : now;
    if (entry.fullUrl) targets.set(entry.fullUrl, { type, id, version });
  }
  return targets;
}

/** What the workflows add, once all that the transaction writes is there; then its entry of the audit log. */
async function followAll(
  work: Work,
  planned: readonly Planned[],
  deleted: readonly Prepared[],
  changes: ReadonlyMap<number, Prepared>,
): Promise<readonly Prepared[]> {
  const { engine, ctx, db } = work;
  const all = [...deleted, ...changes.values()];
  if (!all.some((c) => hasConsequences(engine, c))) return [];
  const along = await consequencesOf(engine, ctx, db, deleted);
  for (const { entry } of planned) {
    const change = changes.get(entry.index);
    if (change) along.push(...(await inEntryAsync(entry, () => consequencesOf(engine, ctx, db, [change]))));
  }
  await engine.writer.within(db, auditOf(work, planned, [...all, ...along]));
  return along;
}

/** The entries of the audit log for what is written and what was found there; none when that is nothing. */
function auditOf(work: Work, planned: readonly Planned[], all: readonly Change[]): AuditEntry[] {
  const { engine, ctx } = work;
  const existing = existingOf(work, planned);
  if (all.length + existing.length === 0) return [];
  return auditEntries(ctx, { interaction: 'transaction', subjects: subjectsOf(engine, ctx, all, existing) });
}

/** What is there already and is not changed. */
function existingOf({ before }: Work, planned: readonly Planned[]) {
  return planned
    .filter((p) => p.action === 'existing')
    .flatMap(({ type, id }) => before.get(`${type}/${id}`) ?? []);
}

/**
 * Every resource to be written, valid as it will be. What is wrong in all entries is told at once. All are validated
 * side by side, so that what has to be asked about them is asked together.
 */
async function draftAll(
  work: Work,
  planned: readonly Planned[],
  byFullUrl: ReadonlyMap<string, Target>,
): Promise<Draft[]> {
  const changing = planned.filter((plan) => plan.action !== 'existing');
  const written = new Set(changing.map(({ type, id }) => `${type}/${id}`));
  const outcomes = await Promise.allSettled(
    changing.map((plan) => inEntryAsync(plan.entry, () => draftOf(work, plan, byFullUrl, written))),
  );
  const failures = outcomes.flatMap((o) => (o.status === 'rejected' ? [o.reason as unknown] : []));
  const bug = failures.find((error) => !(error instanceof FhirError) || error.status >= 500);
  if (bug !== undefined) throw bug;
  const errors = failures as FhirError[];
  if (errors.length > 0) {
    throw failure(errors[0]!.category, errors.flatMap((e) => e.issues).slice(0, MAX_ISSUES));
  }
  return outcomes.map((o) => (o as PromiseFulfilledResult<Draft>).value);
}

async function draftOf(
  { engine, ctx, db, before }: Work,
  plan: Planned,
  byFullUrl: ReadonlyMap<string, Target>,
  written: ReadonlySet<string>,
): Promise<Draft> {
  const { entry, type, id, action } = plan;
  const current = before.get(`${type}/${id}`);
  const { ifMatch } = entry;
  const sent =
    action === 'patch'
      ? patched(engine, ctx, { type, id, patch: entryPatch(entry.body!), ifMatch }, current)
      : { body: entry.body!, issues: [] };
  if (action === 'update') {
    if (entry.path[1] !== undefined) assertBodyId(sent.body, id);
    assertVersion(type, id, current, { ifMatch, ifNoneMatch: entry.ifNoneMatch === '*' });
    if (!current && sent.body.resource.id !== undefined) assertMayChoose(ctx, id);
  }
  const named = withStoredIdentifiers(engine.definitions.identifierSystems, sent.body);
  const dead = deadLinks(named, byFullUrl, current?.content);
  if (dead) throw dead;
  const conditional = conditionalReferences(engine.definitions, named);
  const resolved = (from: Body, found: (text: string, type: string) => string) => {
    const links = {
      byFullUrl,
      conditional: new Map([...conditional].map(([t, c]) => [t, found(t, c.type)])),
    };
    return resolveReferences(from, entry.fullUrl, links, engine.linkNames);
  };
  // What is amended knows by their ids the resources that come with it; conditions are decided later.
  const { body, issues } = await amended(
    engine,
    ctx,
    resolved(named, (text) => text),
    { db, id: action === 'create' ? undefined : id, written },
  );
  // Which resource a condition finds makes no difference to whether the reference is a valid one.
  const valid = resolved(body, (_, type) => `${type}/some`);
  const accepted = await acceptStored(engine, ctx, type, valid, { db, written });
  const { flaws } = accepted.body;
  const stored = conditional.size > 0 ? body : valid;
  return {
    ...plan,
    body: flaws ? flawed(stored, flaws) : stored,
    conditional,
    issues: [...sent.issues, ...issues, ...accepted.issues],
  };
}

/**
 * Writes first what refers to nothing by condition, then what refers to that, and so on, and answers all changes
 * in the order they were written. `writeLast` writes the last round, with what goes along.
 */
async function writeInRounds(
  work: Work,
  drafts: readonly Draft[],
  byFullUrl: ReadonlyMap<string, Target>,
  writeLast: (last: readonly Prepared[], before: readonly Prepared[]) => Promise<void>,
): Promise<Map<number, Prepared>> {
  const { engine, db } = work;
  const changes = new Map<number, Prepared>();
  const decided = new Map<string, Decided>();
  const conditional = new Map<string, string>();
  const lastRoundOf = new Map<string, number>();
  let waiting = drafts;
  for (let round = 0; ; round++) {
    const { ready = [], rest = [] } = Object.groupBy(waiting, (d) =>
      [...d.conditional.keys()].every((text) => decided.has(text)) ? 'ready' : 'rest',
    );
    const before = [...changes.values()];
    const made = ready.map((draft) => changeOfDraft(work, draft, { byFullUrl, conditional }));
    made.forEach((change, i) => {
      changes.set(ready[i]!.entry.index, change);
      lastRoundOf.set(change.type, round);
    });
    // Always in the same order, so that two transactions do not wait for each other.
    made.sort((a, b) => (a.type < b.type || (a.type === b.type && a.id < b.id) ? -1 : 1));
    if (rest.length === 0) {
      await writeLast(made, before);
      await assertReferencesHold(work, decided, lastRoundOf);
      return changes;
    }
    if (round === MAX_ROUNDS) throw tooManyRounds();
    if (made.length > 0) await engine.writer.within(db, made);
    const found = await decide(work, rest, decided, round);
    if (found.length === 0) throw inFirst(rest, decided);
    for (const d of found) {
      decided.set(d.text, d);
      conditional.set(d.text, `${d.type}/${d.id}`);
    }
    waiting = rest;
  }
}

/** Tasks of what is in quarantine now, or is no longer. */
async function tasksOf(
  { engine, ctx, db, before }: Work,
  drafts: readonly Draft[],
  changes: ReadonlyMap<number, Change>,
): Promise<Change[]> {
  const tasks: Change[] = [];
  for (const { entry, type, id, body } of drafts) {
    const change = changes.get(entry.index)!;
    tasks.push(...(await quarantineTasks(engine, ctx, db, body, change, before.get(`${type}/${id}`))));
  }
  return tasks;
}

function changeOfDraft({ engine, ctx, before }: Work, draft: Draft, links: Links): Prepared {
  const { entry, type, id, action, conditional } = draft;
  return inEntry(entry, () => {
    const body =
      conditional.size > 0
        ? resolveReferences(draft.body, entry.fullUrl, links, engine.linkNames)
        : draft.body;
    const method = action === 'create' ? 'POST' : action === 'update' ? 'PUT' : 'PATCH';
    return changeOf(engine, ctx, body, id, method, before.get(`${type}/${id}`));
  });
}

/** The conditional references that match now. Several matches are refused. */
async function decide(
  { engine, ctx, db }: Work,
  drafts: readonly Draft[],
  decided: ReadonlyMap<string, Decided>,
  round: number,
): Promise<Decided[]> {
  const found = new Map<string, Decided>();
  const looked = new Set<string>();
  for (const draft of drafts) {
    for (const [text, { type, criteria }] of draft.conditional) {
      if (decided.has(text) || looked.has(text)) continue;
      looked.add(text);
      const matches = await inEntryAsync(draft.entry, () => oneOrNone(text, { type, criteria }));
      if (matches[0]) found.set(text, { type, criteria, draft, text, id: matches[0].id, round });
    }
  }
  return [...found.values()];

  async function oneOrNone(text: string, { type, criteria }: Criteria) {
    const matches = await findMatches(engine, ctx, db, type, criteria, 2);
    if (matches.length > 1) throw multipleMatches(text, matches.length);
    return matches;
  }
}

/** What was written after a conditional reference was decided must not have changed its match. */
async function assertReferencesHold(
  { engine, ctx, db }: Work,
  decided: ReadonlyMap<string, Decided>,
  lastRoundOf: ReadonlyMap<string, number>,
): Promise<void> {
  for (const { draft, text, type, criteria, id, round } of decided.values()) {
    if ((lastRoundOf.get(type) ?? 0) <= round) continue;
    await inEntryAsync(draft.entry, async () => {
      const matches = await findMatches(engine, ctx, db, type, criteria, 2);
      if (matches.length > 1) throw multipleMatches(text, matches.length);
      if (matches[0]?.id !== id) throw noMatch(text);
    });
  }
}

/** The error of the first reference that nothing matches. */
function inFirst(drafts: readonly Draft[], decided: ReadonlyMap<string, Decided>): FhirError {
  const draft = drafts[0]!;
  const text = [...draft.conditional.keys()].find((t) => !decided.has(t))!;
  try {
    return inEntry(draft.entry, () => {
      throw noMatch(text);
    });
  } catch (error) {
    return error as FhirError;
  }
}

function noMatch(text: string): FhirError {
  return preconditionFailed({
    en: `The reference '${text}' matches nothing. Send the resource first, or with this transaction and a fullUrl.`,
    zh: `引用“${text}”没有匹配到任何资源。请先提交该资源,或在同一事务中以 fullUrl 引用。`,
  });
}

function tooManyRounds(): FhirError {
  return tooCostly(
    {
      en: `Conditional references lead from resource to resource over more than ${MAX_ROUNDS} steps. Refer by fullUrl within a transaction.`,
      zh: `条件引用在资源之间连续超过 ${MAX_ROUNDS} 层。同一事务内请以 fullUrl 引用。`,
    },
    'Bundle.entry',
  );
}

/** The condition of an entry may match nothing that another entry writes. */
async function assertConditionsHold({ engine, ctx, db }: Work, planned: readonly Planned[]): Promise<void> {
  const written = Map.groupBy(
    planned.filter((p) => p.action !== 'existing'),
    (p) => p.type,
  );
  const ids = new Map([...written].map(([type, plans]) => [type, new Set(plans.map((p) => p.id))]));
  for (const { entry, type, id, action } of planned) {
    const condition = conditionOf(entry);
    const others = (ids.get(type)?.size ?? 0) - (action === 'existing' ? 0 : 1);
    if (!condition || others <= 0) continue;
    await inEntryAsync(entry, async () => {
      const matches = await findMatches(engine, ctx, db, type, condition.criteria, 3);
      if (matches.some((m) => m.id !== id && ids.get(type)!.has(m.id))) {
        throw multipleMatches(`${type}?${condition.criteria}`, Math.max(2, matches.length));
      }
    });
  }
}

function resultsOf(
  { ctx, before }: Work,
  planned: readonly Planned[],
  drafts: readonly Draft[],
  changes: ReadonlyMap<number, Change>,
): Map<number, EntryResult> {
  const results = new Map<number, EntryResult>();
  const made = new Map([...changes.values()].map((c) => [`${c.type}/${c.id}`, c]));
  const issues = new Map(drafts.map((d) => [d.entry.index, d.issues]));
  for (const { entry, type, id, action } of planned) {
    const stored = before.get(`${type}/${id}`);
    const version = made.get(`${type}/${id}`) ?? stored!;
    // Whoever may not read must not learn what is there by a patch or a condition.
    const hidden = (action === 'patch' || action === 'existing') && !may(ctx.access, type, 'r');
    const status = action === 'create' || (action === 'update' && (!stored || stored.deleted)) ? 201 : 200;
    results.set(entry.index, {
      status,
      stored: hidden ? { ...version, content: null } : version,
      issues: issues.get(entry.index),
    });
  }
  return results;
}
