/** Installs, upgrades and removes FHIR packages, each in one transaction: all of it or nothing. */
import { auditEntries } from '../audit/audit-entry.ts';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import type { Manifest } from '../definitions/packages.ts';
import type { Body, Engine, FhirResource } from '../interactions/engine.ts';
import { changeOf, deletionOf } from '../interactions/prepare.ts';
import { versionText } from '../interactions/version-text.ts';
import { inWriteTransaction } from '../interactions/write-transaction.ts';
import { CANONICAL } from '../kernel/canonical.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { failure } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { members } from '../kernel/json-text.ts';
import type { Change, Stored } from '../store/change.ts';
import {
  forgetPackage,
  type InstalledPackage,
  lockPackages,
  readPackages,
  savePackage,
} from '../store/installed-packages.ts';
import { lockMany } from '../store/read.ts';
import type { Archive, PackagedResource } from './archive.ts';
import { type Dependency, dependenciesOf, missingIssues } from './dependencies.ts';
import { examine } from './examine.ts';

/** Names the package that a resource came with, in `meta.tag`. */
export const PACKAGE_TAG = `${CANONICAL}/fhir-package`;

const AT_ONCE = 100;

export interface Installation {
  readonly installed: InstalledPackage;
  readonly dependencies: readonly Dependency[];
  /** How many resources; nothing changes when the same bytes are installed again. */
  readonly counts: Readonly<Record<'created' | 'updated' | 'unchanged' | 'deleted', number>>;
}

export async function install(
  engine: Engine,
  definitions: GrowingDefinitions,
  ctx: Ctx,
  archive: Archive,
): Promise<Installation> {
  const { manifest, sha256 } = archive;
  const { name, version } = manifest;
  assertNotBuiltIn(definitions, manifest);
  const { resources, issues } = await examine(engine, definitions, ctx, archive);
  return inWriteTransaction(engine.database, async (db) => {
    await lockPackages(db);
    const all = await readPackages(db);
    const before = all.find((p) => p.name === name);
    const dependencies = dependenciesOf(manifest, definitions.packages(), all);
    if (before?.sha256 === sha256) {
      const unchanged = before.resources.length;
      return { installed: before, dependencies, counts: { created: 0, updated: 0, unchanged, deleted: 0 } };
    }
    const names = await namesOf(db, manifest, resources, before);
    const counts = { created: 0, updated: 0, unchanged: 0, deleted: 0 };
    for (const some of chunks(resources.map((packaged, i) => ({ packaged, name: names[i]! })))) {
      await store(engine, ctx, db, manifest, some, counts);
    }
    const gone = (before?.resources ?? []).filter((name) => !names.includes(name));
    for (const some of chunks(gone)) counts.deleted += await deleteAll(engine, ctx, db, some);
    const problems = [...missingIssues(dependencies), ...issues].map(({ severity, text }) => ({
      severity,
      text,
    }));
    const installed = { name, version, sha256, installed: ctx.now, manifest, resources: names, problems };
    await savePackage(db, installed);
    return { installed, dependencies, counts };
  });
}

/** Deletes what a package brought. Throws not-found when it is not installed. */
export function remove(engine: Engine, ctx: Ctx, name: string): Promise<Installation> {
  return inWriteTransaction(engine.database, async (db) => {
    await lockPackages(db);
    const all = await readPackages(db);
    const installed = all.find((p) => p.name === name);
    if (!installed) throw notInstalled(name, all);
    let deleted = 0;
    for (const some of chunks(installed.resources)) deleted += await deleteAll(engine, ctx, db, some);
    await forgetPackage(db, name);
    return {
      installed,
      dependencies: [],
      counts: { created: 0, updated: 0, unchanged: 0, deleted },
    };
  });
}

/** Whatever a package says is stored: what of it has no effect was said by `examine`. */
function unruled(engine: Engine): Engine {
  return { ...engine, rules: [] };
}

/** `Type/id` for each: its own id, or with the name of the package before it when that is somebody else's. */
async function namesOf(
  db: Db,
  { name }: Manifest,
  resources: readonly PackagedResource[],
  before: InstalledPackage | undefined,
): Promise<string[]> {
  const own = new Set(before?.resources);
  const taken = new Set<string>();
  for (const some of chunks(resources)) {
    for (const { type, id, deleted } of await lockMany(db, some)) if (!deleted) taken.add(`${type}/${id}`);
  }
  return resources.map(({ type, id }) => {
    const plain = `${type}/${id}`;
    const prefixed = `${type}/${`${name}-${id}`.slice(-64).replace(/^[^A-Za-z0-9]+/, '')}`;
    return own.has(prefixed) || (taken.has(plain) && !own.has(plain)) ? prefixed : plain;
  });
}

async function store(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  manifest: Manifest,
  resources: readonly { readonly packaged: PackagedResource; readonly name: string }[],
  counts: Record<keyof Installation['counts'], number>,
): Promise<void> {
  const locked = await lockMany(
    db,
    resources.map(({ name }) => referenceOf(name)),
  );
  const stored = new Map(locked.map((s): [string, Stored] => [`${s.type}/${s.id}`, s]));
  const changes: Change[] = [];
  for (const { packaged, name } of resources) {
    const { id } = referenceOf(name);
    const body = tagged(packaged.read(), manifest, id);
    const before = stored.get(name);
    if (before?.content && before.content === versionText(body, id, before.version, before.updated)) {
      counts.unchanged++;
      continue;
    }
    counts[before?.content ? 'updated' : 'created']++;
    changes.push(changeOf(unruled(engine), ctx, body, id, 'PUT', before));
  }
  await writeAll(engine, ctx, db, changes);
}

/** Answers how many were there. */
async function deleteAll(engine: Engine, ctx: Ctx, db: Db, names: readonly string[]): Promise<number> {
  const stored = await lockMany(db, names.map(referenceOf));
  const changes = stored.filter((s) => !s.deleted).map((s) => deletionOf(unruled(engine), ctx, s));
  await writeAll(engine, ctx, db, changes);
  return changes.length;
}

async function writeAll(engine: Engine, ctx: Ctx, db: Db, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const targets = changes.map((c) => `${c.type}/${c.id}`);
  const audits = auditEntries(ctx, { interaction: 'transaction', subjects: [{ targets }] });
  await engine.writer.within(db, [...changes, ...audits]);
}

/** What one statement writes, with one entry of the audit log. */
function* chunks<T>(all: readonly T[]): Iterable<readonly T[]> {
  for (let i = 0; i < all.length; i += AT_ONCE) yield all.slice(i, i + AT_ONCE);
}

function referenceOf(name: string): { type: string; id: string } {
  const slash = name.indexOf('/');
  return { type: name.slice(0, slash), id: name.slice(slash + 1) };
}

/** The resource as it stands in the package, its id and its meta excepted. */
function tagged({ text, resource }: Body, { name, version }: Manifest, id: string): Body {
  const {
    versionId: _v,
    lastUpdated: _l,
    ...said
  } = (resource.meta ?? {}) as { tag?: unknown[] } & FhirResource;
  const meta = {
    ...said,
    // https://github.com/package-url/purl-spec
    source: `pkg:npm/${name}@${version}`,
    tag: [...(said.tag ?? []), { system: PACKAGE_TAG, version, code: name }],
  };
  const others = members(text)
    .filter(({ key }) => key !== 'resourceType' && key !== 'id' && key !== 'meta')
    .map(({ key, start, end }) => `${JSON.stringify(key)}:${text.slice(start, end)}`);
  const head = [
    `"resourceType":${JSON.stringify(resource.resourceType)}`,
    `"id":${JSON.stringify(id)}`,
    `"meta":${JSON.stringify(meta)}`,
  ];
  return { text: `{${[...head, ...others].join(',')}}`, resource: { ...resource, id, meta } };
}

function assertNotBuiltIn(definitions: GrowingDefinitions, { name }: Manifest): void {
  const own = definitions.packages().find((p) => p.name === name);
  if (!own) return;
  throw failure('conflict', [
    problem(
      'conflict',
      {
        en: `This server comes with the package ${name}#${own.manifest.version}, which is not installed over.`,
        zh: `本服务器自带包 ${name}#${own.manifest.version},不能被覆盖安装。`,
      },
      { expression: 'package' },
    ),
  ]);
}

function notInstalled(name: string, all: readonly InstalledPackage[]) {
  const names = all.map((p) => p.name).join(', ') || '-';
  return failure('not-found', [
    problem(
      'not-found',
      {
        en: `The package '${name}' is not installed. Installed are: ${names}.`,
        zh: `未安装包“${name}”。已安装:${names}。`,
      },
      { expression: 'name' },
    ),
  ]);
}
