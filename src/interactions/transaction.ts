/**
 * A transaction: all entries or none. https://hl7.org/fhir/R4/http.html#transaction
 *
 * Order of work, as https://hl7.org/fhir/R4/http.html#trules has it: deletions, creations, updates and
 * patches, reads. Conditions are decided under locks on their criteria, ids are given, the resources that
 * exist are locked, patches applied, references resolved, everything validated, and all versions are written
 * by one statement each for the new and the changed. Only when a condition could see a deletion of the same
 * transaction are the deletions written before it is decided. Reads come last and see what was written.
 */
import { assertMay, may } from '../access/decide.ts';
import { auditEntry } from '../audit/audit-entry.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { FhirError, failure, malformed, multipleMatches, preconditionFailed } from '../kernel/fhir-error.ts';
import { newId } from '../kernel/ids.ts';
import { below, isError, problem } from '../kernel/issue.ts';
import type { Change, Stored } from '../store/change.ts';
import { lockMany, lockText, readMany } from '../store/read.ts';
import { findMatches, findOne } from './criteria.ts';
import type { Body, Engine } from './engine.ts';
import type { Entry } from './entry.ts';
import { entryPatch } from './patch/document.ts';
import { nothingToPatch, patched } from './patch.ts';
import { patientsIn, patientsOf } from './patients.ts';
import { changeOf, checkBody, deletionOf } from './prepare.ts';
import { assertProvenance, provenanceOf } from './provenance.ts';
import { conditionalReferences, resolveReferences } from './references.ts';
import { assertBodyId, assertVersion } from './update.ts';
import { inWriteTransaction } from './write-transaction.ts';

/** What became of an entry. */
export interface EntryResult {
  /** HTTP status line number. */
  readonly status: number;
  /** The version written, found or read. */
  readonly stored?: Pick<Stored, 'type' | 'id' | 'version' | 'updated' | 'content'>;
  /** JSON text that answers a read or search. */
  readonly text?: string;
}

/** Answers a GET or HEAD entry on the transaction's own view of the data. */
export type EntryReader = (ctx: Ctx, db: Db, entry: Entry) => Promise<EntryResult>;

/** What an entry will do, once its condition is decided. */
interface Planned {
  readonly entry: Entry;
  readonly type: string;
  readonly id: string;
  readonly action: 'create' | 'update' | 'patch' | 'delete' | 'existing' | 'nothing';
}

/** What a transaction works on. */
interface Work {
  readonly engine: Engine;
  readonly ctx: Ctx;
  readonly db: Db;
  /** The versions before, locked, by `Type/id`. */
  readonly before: Map<string, Stored>;
}

/**
 * Results in the order of the entries. Throws with the expression of the entry that failed; then nothing is
 * stored. `provenance` is that of everything the transaction writes, without its targets.
 */
export async function transaction(
  engine: Engine,
  ctx: Ctx,
  entries: readonly Entry[],
  readEntry: EntryReader,
  provenance?: Body,
): Promise<EntryResult[]> {
  assertNoOverlap(entries);
  for (const entry of entries) inEntry(entry, () => assertEntry(ctx, entry));
  assertProvenance(ctx, provenance);
  return inWriteTransaction(engine.database, async (db) => {
    const writes = entries.filter((e) => e.method !== 'GET' && e.method !== 'HEAD');
    await lockText(db, writes.flatMap(criteriaOf));
    const work: Work = { engine, ctx, db, before: new Map() };
    const deletions = await planAll(
      work,
      writes.filter((e) => e.method === 'DELETE'),
    );
    const others = writes.filter((e) => e.method !== 'DELETE');
    const deleted = others.some(looks) ? await deleteFirst(work, deletions) : undefined;
    const planned = [...deletions, ...(await planAll(work, others))];
    assertApart(planned);
    await lock(work, planned);
    const bodies = await resolveAll(work, planned);
    const results = await writeAll(work, planned, bodies, deleted, provenance);
    await assertConditionsHold(work, planned);
    for (const entry of entries) {
      if (!results.has(entry.index))
        results.set(entry.index, await inEntryAsync(entry, () => readEntry(ctx, db, entry)));
    }
    return entries.map((e) => results.get(e.index)!);
  });
}

function assertEntry(ctx: Ctx, entry: Entry): void {
  const type = entry.path[0];
  if (entry.method === 'GET' || entry.method === 'HEAD') return;
  if (type === undefined || type.startsWith('$') || entry.path.at(-1)?.startsWith('$')) {
    throw malformed({
      en: 'Operations that write cannot be part of a transaction. Send them as requests of their own, or in a batch.',
      zh: '写入类操作不能放在 transaction 中。请单独请求,或放入 batch。',
    });
  }
  if (entry.method === 'POST') {
    if (entry.path.length > 1) {
      throw malformed({
        en: `POST goes to 'Type', not '${entry.path.join('/')}'.`,
        zh: `POST 的地址应为“类型”,而不是“${entry.path.join('/')}”。`,
      });
    }
    assertMay(ctx, 'c', type);
  } else assertMay(ctx, entry.method === 'DELETE' ? 'd' : 'u', type);
}

/** The same resource may not be written twice. https://hl7.org/fhir/R4/http.html#trules */
function assertNoOverlap(entries: readonly Entry[]): void {
  const seen = new Map<string, number>();
  for (const entry of entries) {
    const keys = [];
    if (entry.fullUrl && entry.method === 'POST') keys.push(entry.fullUrl);
    if (entry.method !== 'POST' && entry.method !== 'GET' && entry.method !== 'HEAD' && entry.path[1])
      keys.push(entry.path.slice(0, 2).join('/'));
    for (const key of keys) {
      const other = seen.get(key);
      if (other !== undefined) {
        throw failure('malformed', [
          problem(
            'duplicate',
            {
              en: `Entries ${other} and ${entry.index} are about the same resource (${key}). A transaction may hold it once.`,
              zh: `条目 ${other} 与 ${entry.index} 针对同一资源(${key})。一个事务中同一资源只能出现一次。`,
            },
            { expression: `Bundle.entry[${entry.index}]` },
          ),
        ]);
      }
      seen.set(key, entry.index);
    }
  }
}

function criteriaOf(entry: Entry): string[] {
  if (entry.method === 'POST' && entry.ifNoneExist !== undefined)
    return [`${entry.path[0]}?${entry.ifNoneExist}`];
  if (entry.path.length === 1 && entry.query) return [`${entry.path[0]}?${entry.query}`];
  return [];
}

/** Whether an entry looks at what is stored to decide what it does, or whom it refers to. */
function looks(entry: Entry): boolean {
  return criteriaOf(entry).length > 0 || (entry.body ? conditionalReferences(entry.body).size > 0 : false);
}

async function planAll(work: Work, entries: readonly Entry[]): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const entry of entries) planned.push(await inEntryAsync(entry, () => planOne(work, entry)));
  return planned;
}

/** No two entries write the same resource, whatever their conditions found. */
function assertApart(planned: readonly Planned[]): void {
  const seen = new Map<string, number>();
  for (const { entry, type, id, action } of planned) {
    if (action === 'existing' || action === 'nothing') continue;
    const other = seen.get(`${type}/${id}`);
    if (other !== undefined) {
      throw failure('malformed', [
        problem(
          'duplicate',
          {
            en: `Entries ${other} and ${entry.index} both write ${type}/${id}.`,
            zh: `条目 ${other} 与 ${entry.index} 都会写入 ${type}/${id}。`,
          },
          { expression: `Bundle.entry[${entry.index}]` },
        ),
      ]);
    }
    seen.set(`${type}/${id}`, entry.index);
  }
}

async function planOne({ engine, ctx, db }: Work, entry: Entry): Promise<Planned> {
  const type = entry.path[0]!;
  const id = entry.path[1];
  if (entry.method === 'POST') {
    const match =
      entry.ifNoneExist === undefined ? undefined : await findOne(engine, ctx, db, type, entry.ifNoneExist);
    return match
      ? { entry, type, id: match.id, action: 'existing' }
      : { entry, type, id: newId(), action: 'create' };
  }
  const match = id === undefined ? await findOne(engine, ctx, db, type, entry.query!) : undefined;
  if (entry.method === 'DELETE') {
    return { entry, type, id: id ?? match?.id ?? '', action: id || match ? 'delete' : 'nothing' };
  }
  if (entry.method === 'PATCH') {
    const found = id ?? match?.id;
    if (found === undefined) throw nothingToPatch(type, entry.query!);
    return { entry, type, id: found, action: 'patch' };
  }
  return { entry, type, id: id ?? match?.id ?? entry.body!.resource.id ?? newId(), action: 'update' };
}

/** Locks what exists of the resources that will be written. */
async function lock({ db, before }: Work, planned: readonly Planned[]): Promise<void> {
  const known = planned.filter(
    ({ action, type, id }) =>
      (action === 'update' || action === 'patch' || action === 'delete') && !before.has(`${type}/${id}`),
  );
  for (const stored of await lockMany(db, known)) before.set(`${stored.type}/${stored.id}`, stored);
}

/** Writes the deletions now, so that what follows does not see the resources any more. */
async function deleteFirst(work: Work, planned: readonly Planned[]): Promise<readonly Change[]> {
  await lock(work, planned);
  const changes = planned.flatMap((p) => deletion(work, p));
  if (changes.length > 0) await work.engine.writer.within(work.db, changes);
  return changes;
}

/** The tombstone of a DELETE entry; none when there is nothing to delete. */
function deletion({ engine, ctx, before }: Work, { entry, type, id, action }: Planned): Change[] {
  if (action !== 'delete') return [];
  return inEntry(entry, () => {
    const stored = before.get(`${type}/${id}`);
    if (entry.ifMatch !== undefined) assertVersion(type, id, stored, { ifMatch: entry.ifMatch });
    return stored && !stored.deleted ? [deletionOf(engine, ctx, stored)] : [];
  });
}

/** A condition of a PUT or PATCH may not match what the same transaction creates. */
async function assertConditionsHold({ engine, ctx, db }: Work, planned: readonly Planned[]): Promise<void> {
  const created = planned.filter((p) => p.action === 'create');
  for (const { entry, type } of planned) {
    if (entry.method !== 'PUT' && entry.method !== 'PATCH') continue;
    if (entry.path[1] !== undefined || !created.some((c) => c.type === type)) continue;
    await inEntryAsync(entry, async () => {
      const matches = await findMatches(engine, ctx, db, type, entry.query!, 2);
      if (matches.some((m) => created.some((c) => c.type === type && c.id === m.id))) {
        throw multipleMatches(`${type}?${entry.query}`, Math.max(2, matches.length));
      }
    });
  }
}

/** The bodies with their references resolved and validated, by entry. */
async function resolveAll(work: Work, planned: readonly Planned[]): Promise<Map<number, Body>> {
  const { engine, ctx } = work;
  const targets = new Map<string, string>();
  for (const { entry, type, id, action } of planned) {
    if (entry.fullUrl && action !== 'nothing' && action !== 'delete')
      targets.set(entry.fullUrl, `${type}/${id}`);
  }
  const writing = planned
    .filter((p) => p.action === 'create' || p.action === 'update' || p.action === 'patch')
    .map((p) => ({ ...p, sent: inEntry(p.entry, () => sentBody(work, p)) }));
  await addConditional(work, writing, targets);
  const bodies = new Map<number, Body>();
  const errors: FhirError[] = [];
  for (const { entry, type, id, action, sent } of writing) {
    try {
      inEntry(entry, () => {
        const body = resolveReferences(sent, targets, engine.linkNames);
        if (action === 'update' && entry.path[1] !== undefined) assertBodyId(body, id);
        checkBody(engine, ctx, type, body);
        bodies.set(entry.index, body);
      });
    } catch (error) {
      if (!(error instanceof FhirError)) throw error;
      errors.push(error);
    }
  }
  // What is wrong in all entries is told at once.
  if (errors.length > 0)
    throw failure(errors[0]!.category, errors.flatMap((e) => e.issues).slice(0, MAX_ISSUES));
  return bodies;
}

/** The resource as an entry wants it, before its references are resolved. */
function sentBody({ engine, ctx, before }: Work, { entry, type, id, action }: Planned): Body {
  if (action !== 'patch') return entry.body!;
  const patch = entryPatch(entry.body!);
  return patched(engine, ctx, { type, id, patch, ifMatch: entry.ifMatch }, before.get(`${type}/${id}`)).body;
}

/** Conditional references must match exactly one resource. */
async function addConditional(
  { engine, ctx, db }: Work,
  writing: readonly (Planned & { readonly sent: Body })[],
  targets: Map<string, string>,
): Promise<void> {
  for (const { entry, sent } of writing) {
    for (const [text, { type, criteria }] of conditionalReferences(sent)) {
      if (targets.has(text)) continue;
      await inEntryAsync(entry, async () => {
        const matches = await findMatches(engine, ctx, db, type, criteria, 2);
        if (matches.length > 1) throw multipleMatches(text, matches.length);
        if (!matches[0]) {
          throw preconditionFailed({
            en: `The reference '${text}' matches nothing. Send the resource first, or with this transaction and a fullUrl.`,
            zh: `引用“${text}”没有匹配到任何资源。请先提交该资源,或在同一事务中以 fullUrl 引用。`,
          });
        }
        targets.set(text, `${type}/${matches[0].id}`);
      });
    }
  }
}

/** `deleted`: the deletions, when they have been written already. */
async function writeAll(
  work: Work,
  planned: readonly Planned[],
  bodies: ReadonlyMap<number, Body>,
  deleted: readonly Change[] | undefined,
  provenance: Body | undefined,
): Promise<Map<number, EntryResult>> {
  const { engine, ctx, db } = work;
  const results = new Map<number, EntryResult>();
  const changes: Change[] = [];
  for (const plan of planned) {
    const { entry, type, id, action } = plan;
    const before = work.before.get(`${type}/${id}`);
    inEntry(entry, () => {
      if (action === 'create') {
        const change = changeOf(engine, ctx, bodies.get(entry.index)!, id, 'POST');
        changes.push(change);
        results.set(entry.index, { status: 201, stored: change });
      } else if (action === 'update') {
        assertVersion(type, id, before, { ifMatch: entry.ifMatch, ifNoneMatch: entry.ifNoneMatch === '*' });
        const change = changeOf(engine, ctx, bodies.get(entry.index)!, id, 'PUT', before);
        changes.push(change);
        results.set(entry.index, { status: before && !before.deleted ? 200 : 201, stored: change });
      } else if (action === 'patch') {
        const change = changeOf(engine, ctx, bodies.get(entry.index)!, id, 'PATCH', before);
        changes.push(change);
        // Whoever may not read must not learn by a patch what is there.
        const content = may(ctx.access, type, 'r') ? change.content : null;
        results.set(entry.index, { status: 200, stored: { ...change, content } });
      } else if (action === 'delete') {
        if (!deleted) changes.push(...deletion(work, plan));
        results.set(entry.index, { status: 204 });
      } else if (action === 'nothing') results.set(entry.index, { status: 204 });
    });
  }
  const existing = planned.filter((p) => p.action === 'existing');
  const found = new Map((await readMany(db, existing)).map((s) => [`${s.type}/${s.id}`, s]));
  for (const { entry, type, id } of existing) {
    const stored = found.get(`${type}/${id}`)!;
    // Whoever may not read learns that it is there, as the condition says, and no more.
    const content = may(ctx.access, type, 'r') ? stored.content : null;
    results.set(entry.index, { status: 200, stored: { ...stored, content } });
  }
  const all = [...(deleted ?? []), ...changes];
  if (all.length + found.size > 0) {
    const audit = auditEntry(ctx, {
      interaction: 'transaction',
      targets: [...all, ...found.values()].slice(0, MAX_AUDITED_TARGETS).map((c) => `${c.type}/${c.id}`),
      patients: [
        ...new Set([
          ...patientsOf(engine, ctx, all),
          ...[...found.values()].flatMap((f) => patientsIn(engine, ctx, f)),
        ]),
      ],
    });
    const told = provenanceOf(engine, ctx, provenance, all);
    await engine.writer.within(db, [...changes, ...told, audit]);
  }
  return results;
}

/** What is wrong with a large Bundle is told as far as somebody would read it. */
const MAX_ISSUES = 200;

/** An AuditEvent that lists thousands of entities serves nobody; the patients are always all named. */
const MAX_AUDITED_TARGETS = 100;

/** Runs `fn`; what it throws says which entry it was. */
function inEntry<T>(entry: Entry, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw placed(entry, error);
  }
}

async function inEntryAsync<T>(entry: Entry, fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw placed(entry, error);
  }
}

function placed(entry: Entry, error: unknown): unknown {
  if (!(error instanceof FhirError)) return error;
  const prefix = `Bundle.entry[${entry.index}]`;
  const issues = error.issues.map((i) =>
    i.expression?.startsWith('Bundle.entry[') || !isError(i)
      ? i
      : i.expression && /^[A-Z]/.test(i.expression)
        ? below(`${prefix}.resource`, {
            ...i,
            expression: i.expression.replace(/^[A-Za-z]+\.?/, '') || undefined,
          })
        : { ...i, expression: prefix },
  );
  return failure(error.category, issues, error.headers);
}
