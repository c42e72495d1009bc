/** Installs, upgrades and removes FHIR packages, each in one transaction: all of it or nothing. */
import type { AuditEntry } from '../audit/audit-entry.ts';
import { auditEntry } from '../audit/audit-entry.ts';
import type { GrowingDefinitions } from '../definitions/definitions.ts';
import type { Manifest } from '../definitions/packages.ts';
import type { Body, Engine, FhirResource } from '../interactions/engine.ts';
import { changeOf, deletionOf } from '../interactions/prepare.ts';
import { versionText } from '../interactions/version-text.ts';
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

/** Written by one statement, with one entry of the audit log. */
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
  return engine.database.tx(async (db) => {
    await lockPackages(db);
    const all = await readPackages(db);
    const before = all.find((p) => p.name === name);
    const dependencies = dependenciesOf(manifest, definitions.packages(), all);
    if (before?.sha256 === sha256) {
      const unchanged = before.resources.length;
      return { installed: before, dependencies, counts: { created: 0, updated: 0, unchanged, deleted: 0 } };
    }
    const { changes, names } = await changesOf(engine, ctx, db, manifest, resources, before);
    await writeAll(engine, ctx, db, changes);
    const problems = [...missingIssues(dependencies), ...issues].map(({ severity, text }) => ({
      severity,
      text,
    }));
    const installed = { name, version, sha256, installed: ctx.now, manifest, resources: names, problems };
    await savePackage(db, installed);
    const deleted = changes.filter((c) => c.content === null).length;
    const created = changes.filter((c) => !c.before || c.before.stored.deleted).length;
    const counts = {
      created,
      deleted,
      updated: changes.length - created - deleted,
      unchanged: names.length - (changes.length - deleted),
    };
    return { installed, dependencies, counts };
  });
}

/** Deletes what a package brought. Throws not-found when it is not installed. */
export function remove(engine: Engine, ctx: Ctx, name: string): Promise<Installation> {
  return engine.database.tx(async (db) => {
    await lockPackages(db);
    const all = await readPackages(db);
    const installed = all.find((p) => p.name === name);
    if (!installed) throw notInstalled(name, all);
    const stored = await lockMany(db, installed.resources.map(referenceOf));
    const changes = stored.filter((s) => !s.deleted).map((s) => deletionOf(unruled(engine), ctx, s));
    await writeAll(engine, ctx, db, changes);
    await forgetPackage(db, name);
    return {
      installed,
      dependencies: [],
      counts: { created: 0, updated: 0, unchanged: 0, deleted: changes.length },
    };
  });
}

/** Whatever a package says is stored: what of it has no effect was said by `examine`. */
function unruled(engine: Engine): Engine {
  return { ...engine, rules: [] };
}

async function changesOf(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  manifest: Manifest,
  resources: readonly PackagedResource[],
  before: InstalledPackage | undefined,
): Promise<{ changes: Change[]; names: string[] }> {
  const own = new Set(before?.resources);
  const plain = (p: PackagedResource) => `${p.resource.resourceType}/${p.resource.id}`;
  const prefixed = (p: PackagedResource) =>
    `${p.resource.resourceType}/${`${manifest.name}-${p.resource.id}`.slice(-64).replace(/^[^A-Za-z0-9]+/, '')}`;
  const possible = new Set([...own, ...resources.flatMap((p) => [plain(p), prefixed(p)])]);
  const locked = await lockMany(db, [...possible].map(referenceOf));
  const stored = new Map(locked.map((s): [string, Stored] => [`${s.type}/${s.id}`, s]));
  const isFree = (name: string) => own.has(name) || (stored.get(name)?.deleted ?? true);

  const names: string[] = [];
  const changes: Change[] = [];
  for (const packaged of resources) {
    const name =
      own.has(prefixed(packaged)) || !isFree(plain(packaged)) ? prefixed(packaged) : plain(packaged);
    const { id } = referenceOf(name);
    const body = tagged(packaged, manifest, id);
    const current = stored.get(name);
    names.push(name);
    if (current?.content && current.content === versionText(body, id, current.version, current.updated))
      continue;
    changes.push(changeOf(unruled(engine), ctx, body, id, 'PUT', current));
  }
  const kept = new Set(names);
  for (const name of own) {
    const current = stored.get(name);
    if (current && !current.deleted && !kept.has(name))
      changes.push(deletionOf(unruled(engine), ctx, current));
  }
  return { changes, names };
}

async function writeAll(engine: Engine, ctx: Ctx, db: Db, changes: readonly Change[]): Promise<void> {
  for (let i = 0; i < changes.length; i += AT_ONCE) {
    const some = changes.slice(i, i + AT_ONCE);
    const targets = some.map((c) => `${c.type}/${c.id}`);
    const audit: AuditEntry = auditEntry(ctx, { interaction: 'transaction', targets, patients: [] });
    await engine.writer.within(db, [...some, audit]);
  }
}

function referenceOf(name: string): { type: string; id: string } {
  const slash = name.indexOf('/');
  return { type: name.slice(0, slash), id: name.slice(slash + 1) };
}

/** The resource as it stands in the package, its id and its meta excepted. */
function tagged({ text, resource }: PackagedResource, { name, version }: Manifest, id: string): Body {
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
