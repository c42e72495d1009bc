/** Which FHIR packages were installed. See `../packages/README.md`. */
import type { Manifest } from '../definitions/packages.ts';
import type { Db } from '../kernel/ctx.ts';
import type { Severity, Text } from '../kernel/issue.ts';

/** What of a package is not as it should be. */
export interface PackageProblem {
  readonly severity: Severity;
  readonly text: Text;
}

export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  readonly installed: Date;
  readonly manifest: Manifest;
  /** `Type/id` of what it brought. */
  readonly resources: readonly string[];
  readonly problems: readonly PackageProblem[];
}

const COLUMNS = 'name, version, sha256, installed, manifest, resources, problems';

/** One installs at a time, until its transaction ends. */
export async function lockPackages(db: Db): Promise<void> {
  await db.query({ text: `select pg_advisory_xact_lock(hashtextextended('packages', 1))`, values: [] });
}

export async function readPackages(db: Db): Promise<InstalledPackage[]> {
  const { rows } = await db.query<InstalledPackage>({
    name: 'store.readPackages',
    text: `select ${COLUMNS} from installed_package order by name`,
    values: [],
  });
  return rows;
}

export async function savePackage(db: Db, p: InstalledPackage): Promise<void> {
  await db.query({
    name: 'store.savePackage',
    text: `insert into installed_package (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (name) do update set version = excluded.version, sha256 = excluded.sha256, installed = excluded.installed,
  manifest = excluded.manifest, resources = excluded.resources, problems = excluded.problems`,
    values: [
      p.name,
      p.version,
      p.sha256,
      p.installed,
      JSON.stringify(p.manifest),
      p.resources,
      JSON.stringify(p.problems),
    ],
  });
}

export async function forgetPackage(db: Db, name: string): Promise<void> {
  await db.query({
    name: 'store.forgetPackage',
    text: 'delete from installed_package where name = $1',
    values: [name],
  });
}
