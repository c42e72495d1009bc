/**
 * Where the records of a message belong: each by the identifier that its institution gave it, whatever came before or
 * comes after. Two servers that get the same messages in another order end with the same records, under the same ids.
 */
import { createHash } from 'node:crypto';
import { findMatches } from '../../../interactions/criteria.ts';
import type { Engine } from '../../../interactions/engine.ts';
import type { Entry } from '../../../interactions/entry.ts';
import { bodyOf } from '../../../interactions/version-text.ts';
import type { Resource } from '../../../kernel/contribution.ts';
import type { Ctx, Db } from '../../../kernel/ctx.ts';
import type { Identifier } from '../../../kernel/elements.ts';
import { multipleMatches } from '../../../kernel/fhir-error.ts';
import { lockTexts, readMany } from '../../../store/read.ts';
import type { Envelope } from './envelope.ts';
import { folded } from './fold.ts';
import { mapped } from './mapped.ts';
import { type Said, saidOf } from './messages.ts';
import { institutionPrefix } from './sender.ts';

interface Addressed {
  /** `Type/id` */
  readonly reference: string;
  readonly fullUrl: string | undefined;
  /** `Type|system|value`, after the institution whose messages say it; undefined for what has no identifier. */
  readonly record: string | undefined;
  readonly resource: Resource;
}

export interface Placed extends Addressed {
  /** What this message adds to what is said of the record. */
  readonly said: Said | undefined;
  /** False when a newer message has spoken of the record. */
  readonly isLatest: boolean;
}

export async function place(engine: Engine, ctx: Ctx, db: Db, envelope: Envelope): Promise<Placed[]> {
  const prefix = institutionPrefix(envelope.from);
  const records = envelope.entries.map(({ resource }) => recordOf(engine, resource, prefix));
  const known = records.flatMap((r) => (r ? [r.name] : []));
  // Of two messages about one record, one waits for the other.
  await lockTexts(db, known);
  const said = Map.groupBy(await saidOf(db, known), (s) => s.record);
  const addressed: Addressed[] = [];
  for (const [i, { fullUrl, resource }] of envelope.entries.entries()) {
    const record = records[i];
    const type = resource.resourceType;
    const id = record
      ? await idOf(engine, ctx, db, type, record)
      : hashed(`${prefix}${envelope.source} ${envelope.id} ${fullUrl ?? i}`);
    addressed.push({
      reference: `${type}/${id}`,
      fullUrl,
      record: record?.name,
      resource: { ...resource, id },
    });
  }
  const referring = withReferences(addressed);
  const there = await currentOf(db, referring);
  const placed = referring.map((a): Placed => {
    if (a.record === undefined) return { ...a, said: undefined, isLatest: true };
    const { source, id, sent } = envelope;
    const own: Said = { record: a.record, source, id, sent, resource: a.resource };
    const all = [...(said.get(a.record) ?? []).filter((s) => s.source !== source || s.id !== id), own];
    const isLatest = all.every((s) => s.sent <= sent);
    return { ...a, resource: folded(all, there.get(a.reference)), said: own, isLatest };
  });
  const resources = await mapped(
    engine.terminology.on(db),
    placed.map((p) => p.resource),
  );
  return placed.map((p, i) => ({ ...p, resource: resources[i]! }));
}

interface Record {
  readonly name: string;
  readonly system: string;
  readonly value: string;
}

function recordOf({ definitions }: Engine, resource: Resource, prefix: string): Record | undefined {
  const { resourceType, identifier } = resource as Resource & { identifier?: Identifier | Identifier[] };
  const [first] = [identifier ?? []].flat().filter((i) => i.system && i.value);
  if (!first) return undefined;
  const system = definitions.identifierSystems.preferred(first.system!) ?? first.system!;
  return { name: `${prefix}${resourceType}|${system}|${first.value}`, system, value: first.value! };
}

async function idOf(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  type: string,
  { name, system, value }: Record,
): Promise<string> {
  if (!engine.parameters(type).byCode.has('identifier')) return hashed(name);
  const escaped = (t: string) => t.replace(/[\\,|$]/g, '\\$&');
  const criteria = new URLSearchParams([['identifier', `${escaped(system)}|${escaped(value)}`]]).toString();
  const matches = await findMatches(engine, ctx, db, type, criteria, 2);
  if (matches.length > 1) throw multipleMatches(`${type}?${criteria}`, matches.length);
  return matches[0]?.id ?? hashed(name);
}

function hashed(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

/** References by fullUrl become those of the places; conditional ones the transaction resolves. */
function withReferences(addressed: readonly Addressed[]): Addressed[] {
  const byUrl = new Map(addressed.flatMap((a) => (a.fullUrl ? [[a.fullUrl, a.reference] as const] : [])));
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, v]) => [
        key,
        key === 'reference' && typeof v === 'string' ? (byUrl.get(v) ?? v) : visit(v),
      ]),
    );
  };
  return addressed.map((a) => ({ ...a, resource: visit(a.resource) as Resource }));
}

async function currentOf(db: Db, addressed: readonly Addressed[]): Promise<Map<string, Resource>> {
  const references = addressed.map(({ reference }) => {
    const [type = '', id = ''] = reference.split('/');
    return { type, id };
  });
  const found = await readMany(db, references);
  return new Map(
    found.flatMap((s) =>
      s.content ? [[`${s.type}/${s.id}`, JSON.parse(s.content) as Resource] as const] : [],
    ),
  );
}

/** The entries of the transaction that writes them. */
export function entriesOf(placed: readonly Placed[]): Entry[] {
  const writes = new Map<string, Resource>();
  for (const { reference, resource } of placed) writes.set(reference, resource);
  return [...writes].map(([reference, resource], index) => ({
    index,
    method: 'PUT' as const,
    path: reference.split('/'),
    body: bodyOf(resource),
  }));
}
