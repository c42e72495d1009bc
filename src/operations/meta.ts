/**
 * `$meta`, `$meta-add` and `$meta-delete`. https://hl7.org/fhir/R4/resource-operations.html
 *
 * A change to the meta of a resource makes a new version of it, audited as any other: who put a security
 * label on a result, and when, must be in its history.
 */
import { assertMay } from '../access/decide.ts';
import { readableTypes } from '../access/filter.ts';
import { amended } from '../interactions/amend.ts';
import type { Engine } from '../interactions/engine.ts';
import { patientsIn } from '../interactions/patients.ts';
import { changeOf, checkBody } from '../interactions/prepare.ts';
import { writeAlong } from '../interactions/write-along.ts';
import { inWriteTransaction } from '../interactions/write-transaction.ts';
import type { OperationAnswer, OperationBinding, OperationInput } from '../kernel/contribution.ts';
import type { Ctx } from '../kernel/ctx.ts';
import type { Coding } from '../kernel/elements.ts';
import { forbidden, gone, notFound } from '../kernel/fhir-error.ts';
import { parseExactly } from '../kernel/json-text.ts';
import { usedMeta } from '../store/meta.ts';
import { lockMany, readCurrent } from '../store/read.ts';
import { firstOf, type Parameter } from './parameters.ts';

const url = (code: string) => `http://hl7.org/fhir/OperationDefinition/Resource-${code}`;

/** The part of a Meta that these operations are about. */
interface Labels {
  profile?: readonly string[];
  tag?: readonly Coding[];
  security?: readonly Coding[];
}

type Meta = Labels & Record<string, unknown>;

export function metaOperations(engine: Engine): OperationBinding[] {
  return [
    { definition: url('meta'), run: (ctx, input) => readMeta(engine, ctx, input) },
    { definition: url('meta-add'), writes: true, run: (ctx, input) => changeMeta(engine, ctx, input, added) },
    {
      definition: url('meta-delete'),
      writes: true,
      run: (ctx, input) => changeMeta(engine, ctx, input, without),
    },
  ];
}

async function readMeta(engine: Engine, ctx: Ctx, { type, id }: OperationInput): Promise<OperationAnswer> {
  if (type !== undefined && id !== undefined) {
    assertMay(ctx, 'r', type);
    const stored = await readCurrent(engine.database, type, id);
    if (!stored) throw notFound(type, id);
    if (stored.content === null) throw gone(type, id, stored.version);
    const { meta } = parseExactly(stored.content) as { meta: Meta };
    return { text: answer(meta), patients: patientsIn(engine, ctx, stored) };
  }
  if (type !== undefined) assertMay(ctx, 's', type);
  const types =
    type === undefined ? readableTypes(ctx.access, [...engine.definitions.resourceTypes]) : [type];
  if (types.length === 0) {
    throw forbidden({ en: 'No scope of this token allows searching.', zh: '该令牌没有任何检索权限。' });
  }
  const used = await usedMeta(engine.database, types);
  const profile = used.profiles.map((text) => JSON.parse(text) as string);
  const [tag, security] = [codingsOf(used.tags), codingsOf(used.security)];
  return {
    text: answer({
      ...(profile.length > 0 ? { profile } : {}),
      ...(tag.length > 0 ? { tag } : {}),
      ...(security.length > 0 ? { security } : {}),
    }),
  };
}

/** Each label once, with the first version and display that occur. */
function codingsOf(texts: readonly string[]): Coding[] {
  return union(
    [],
    texts.map((text) => JSON.parse(text) as Coding),
  );
}

function answer(meta: Meta): string {
  const parameter = [{ name: 'return', valueMeta: meta }];
  return JSON.stringify({ resourceType: 'Parameters', parameter });
}

async function changeMeta(
  engine: Engine,
  ctx: Ctx,
  input: OperationInput,
  changed: (meta: Meta, given: Labels) => Meta,
): Promise<OperationAnswer> {
  const { id } = input as { id: string };
  const type = input.type!;
  assertMay(ctx, 'u', type);
  const parameters = (input.parameters.parameter ?? []) as readonly Parameter[];
  const given = firstOf(parameters, 'meta')!.valueMeta as Labels;
  const text = await inWriteTransaction(engine.database, async (db) => {
    const [before] = await lockMany(db, [{ type, id }]);
    if (!before) throw notFound(type, id);
    if (before.content === null) throw gone(type, id, before.version);
    const resource = parseExactly(before.content) as { meta: Meta };
    resource.meta = changed(resource.meta, given);
    const content = JSON.stringify(resource);
    // A mark that the server sets is not taken off by this door either.
    const { body } = await amended(engine, ctx, { text: content, resource: JSON.parse(content) }, { db, id });
    await checkBody(engine, ctx, type, body, { db });
    const change = changeOf(engine, ctx, body, id, 'PUT', before);
    await writeAlong(engine, ctx, db, 'operation', [change]);
    return change.content!;
  });
  return { text: answer((parseExactly(text) as { meta: Meta }).meta) };
}

/** Sets: what is there already is not there twice. */
function added(meta: Meta, given: Labels): Meta {
  return compact({
    ...meta,
    profile: [...new Set([...(meta.profile ?? []), ...(given.profile ?? [])])],
    tag: union(meta.tag ?? [], given.tag ?? []),
    security: union(meta.security ?? [], given.security ?? []),
  });
}

function without(meta: Meta, given: Labels): Meta {
  const gone = (codings: readonly Coding[] | undefined) => new Set((codings ?? []).map(identity));
  const [tags, labels] = [gone(given.tag), gone(given.security)];
  return compact({
    ...meta,
    profile: (meta.profile ?? []).filter((p) => !given.profile?.includes(p)),
    tag: (meta.tag ?? []).filter((c) => !tags.has(identity(c))),
    security: (meta.security ?? []).filter((c) => !labels.has(identity(c))),
  });
}

function compact(meta: Meta): Meta {
  return Object.fromEntries(
    Object.entries(meta).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
}

function union(there: readonly Coding[], more: readonly Coding[]): Coding[] {
  const found = new Map<string, Coding>();
  for (const coding of [...there, ...more]) {
    if (!found.has(identity(coding))) found.set(identity(coding), coding);
  }
  return [...found.values()];
}

/** "The identity of a tag or security label is the system+code." */
function identity({ system, code }: Coding): string {
  return JSON.stringify([system ?? null, code ?? null]);
}
