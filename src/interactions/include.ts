/**
 * Resources that go along with the matches: `_include` and `_revinclude`, with `:iterate`.
 * https://hl7.org/fhir/R4/search.html#include
 *
 * A reference to a version brings that version, unless the resource is deleted; a canonical brings the resources of that url (and version, when
 * it names one). What the caller may not read is left out without a word, as it would be from a search. A bare
 * `*` does not bring the AuditEvents that refer to a match, as every access leaves one: they must be named.
 */
import { may } from '../access/decide.ts';
import { readableTypes } from '../access/filter.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { localReference, versionOfETag } from '../kernel/ids.ts';
import { type Issue, warning } from '../kernel/issue.ts';
import { LOGGED_TYPE } from '../search/audit-log.ts';
import { hasCanonicals } from '../search/canonical-links.ts';
import { compileByTokens, compileReferrers, type Referring } from '../search/compile.ts';
import type { Parameter } from '../search/parameters.ts';
import type { Include, SearchPlan } from '../search/plan.ts';
import { parameterKey, referenceToken, uriToken } from '../search/tokens.ts';
import type { Stored } from '../store/change.ts';
import { readMany, readVersions } from '../store/read.ts';
import { type Row, storedOf } from '../store/row.ts';
import type { Engine } from './engine.ts';

/** A page that includes more than this is better asked for in smaller pages. */
const MAX_INCLUDED = 5000;
/** Rounds of `:iterate`. */
const MAX_ROUNDS = 100;

export interface Included {
  readonly included: readonly Stored[];
  /** Says so when there is more than is included. */
  readonly issues: readonly Issue[];
}

export async function includedResources(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  plan: Pick<SearchPlan, 'includes' | 'revincludes'>,
  matches: readonly Stored[],
): Promise<Included> {
  const included: Stored[] = [];
  if (plan.includes.length + plan.revincludes.length === 0) return { included, issues: [] };
  const seen = new Seen(matches);
  let from = matches;
  for (let round = 0; from.length > 0; round++) {
    const wanted = (i: Include) => round === 0 || i.iterate;
    const found = [
      ...(await referredTo(engine, ctx, db, plan.includes.filter(wanted), from, seen)),
      ...(await referrers(engine, ctx, db, plan.revincludes.filter(wanted), from)),
    ];
    const fresh = found.filter((f) => !f.deleted && seen.add(f));
    included.push(...fresh);
    if (included.length > MAX_INCLUDED || (round === MAX_ROUNDS && fresh.length > 0)) {
      return { included: included.slice(0, MAX_INCLUDED), issues: [incomplete()] };
    }
    from = fresh;
  }
  return { included, issues: [] };
}

function incomplete(): Issue {
  return warning(
    'incomplete',
    {
      en: `Not everything is included: a page includes at most ${MAX_INCLUDED} resources, and follows at most ${MAX_ROUNDS} steps. Ask for fewer matches with _count.`,
      zh: `附带资源不完整:每页最多附带 ${MAX_INCLUDED} 个资源,最多追溯 ${MAX_ROUNDS} 层。请用 _count 减少每页数量。`,
    },
    { expression: '_include' },
  );
}

/** What is in the answer already: each resource once, and besides it earlier versions that were referred to. */
class Seen {
  readonly #current = new Set<string>();
  readonly #versions = new Set<string>();
  /** References that were looked up. */
  readonly #asked = new Set<string>();

  constructor(matches: readonly Stored[]) {
    for (const m of matches) this.add({ ...m, earlier: false });
  }

  /** Whether the version is new to the answer. */
  add(found: Found): boolean {
    const name = `${found.type}/${found.id}`;
    const version = `${name}/_history/${found.version}`;
    if (!found.earlier && this.#current.has(name)) return false;
    if (!found.earlier) this.#current.add(name);
    if (this.#versions.has(version)) return false;
    this.#versions.add(version);
    return true;
  }

  /** Whether a reference is met for the first time, and does not point at what is there. */
  ask(reference: string): boolean {
    if (this.#asked.has(reference) || this.#current.has(reference) || this.#versions.has(reference)) {
      return false;
    }
    this.#asked.add(reference);
    return true;
  }
}

/** `earlier`: found by its version, be it the current one or not. */
type Found = Stored & { readonly earlier: boolean };

const current = (stored: Stored): Found => ({ ...stored, earlier: false });

/** The reference parameters of a type that an include names. */
function linksOf(engine: Engine, include: Include, type: string): Parameter[] {
  if (include.source !== undefined && include.source !== type) return [];
  return [...engine.parameters(type).byCode.values()].filter(
    (p) => p.kind === 'reference' && (include.code === undefined || p.code === include.code),
  );
}

interface Local {
  readonly type: string;
  readonly id: string;
}

interface Canonical {
  /** Types it may be of. */
  readonly types: readonly string[];
  readonly url: string;
  readonly version?: string;
}

async function referredTo(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  includes: readonly Include[],
  from: readonly Stored[],
  seen: Seen,
): Promise<Found[]> {
  const locals: Local[] = [];
  const versions: (Local & { version: number })[] = [];
  const canonicals: Canonical[] = [];
  const readable = (type: string) => may(ctx.access, type, 'r');
  for (const match of from) {
    if (includes.length === 0 || match.content === null) continue;
    let resource: Record<string, unknown> | undefined;
    for (const include of includes) {
      const wanted = (type: string) => include.target === undefined || include.target === type;
      for (const link of linksOf(engine, include, match.type)) {
        resource ??= JSON.parse(match.content) as Record<string, unknown>;
        for (const text of referenceTexts(link, resource)) {
          const local = localReference(text, ctx.base);
          if (!local) {
            const types = canonicalTypes(engine, link).filter((t) => wanted(t) && readable(t));
            if (types.length > 0 && seen.ask(`${include.target ?? ''} ${text}`)) {
              const [url, version] = text.split('|') as [string, string?];
              canonicals.push({ types, url, version });
            }
          } else if (wanted(local.type) && readable(local.type)) {
            const version = local.version && versionOfETag(local.version);
            if (local.version === undefined) {
              if (seen.ask(`${local.type}/${local.id}`)) locals.push(local);
            } else if (version && seen.ask(`${local.type}/${local.id}/_history/${version}`)) {
              versions.push({ type: local.type, id: local.id, version });
            }
          }
        }
      }
    }
  }
  return [
    ...(await readMany(db, locals)).map(current),
    ...(await readVersions(db, versions)).map((stored) => ({ ...stored, earlier: true })),
    ...(await byCanonical(db, canonicals)).map(current),
  ];
}

function referenceTexts(link: Parameter, resource: Record<string, unknown>): string[] {
  return link.extract(resource).flatMap(({ value }) => {
    const text = typeof value === 'string' ? value : (value as { reference?: string }).reference;
    return text === undefined ? [] : [text];
  });
}

/** The types with a url among those that a canonical of this parameter may name; none when it has no canonicals. */
function canonicalTypes(engine: Engine, link: Parameter): string[] {
  if (!hasCanonicals(link)) return [];
  const targets = link.targets.length > 0 ? link.targets : [...engine.definitions.resourceTypes];
  return targets.filter((type) => engine.parameters(type).byCode.get('url')?.kind === 'uri');
}

async function byCanonical(db: Db, canonicals: readonly Canonical[]): Promise<Stored[]> {
  if (canonicals.length === 0) return [];
  const texts = new Set(
    canonicals.flatMap(({ types, url }) => types.map((type) => uriToken(parameterKey(type, 'url'), url))),
  );
  const { rows } = await db.query<Row>(compileByTokens([...texts], MAX_INCLUDED + 1));
  return rows.map(storedOf).filter((stored) => {
    const { url, version } = JSON.parse(stored.content!) as { url?: string; version?: string };
    return canonicals.some(
      (c) =>
        c.url === url && c.types.includes(stored.type) && (c.version === undefined || c.version === version),
    );
  });
}

async function referrers(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  revincludes: readonly Include[],
  to: readonly Stored[],
): Promise<Found[]> {
  if (revincludes.length === 0) return [];
  const referring: { [K in keyof Referring]: Set<string> } = {
    types: new Set(),
    texts: new Set(),
    patientIds: new Set(),
    patientTypes: new Set(),
  };
  const urls = new Map<Stored, string[]>();
  for (const include of revincludes) {
    const targets = to.filter((t) => include.target === undefined || include.target === t.type);
    const sources =
      include.source === undefined
        ? [...engine.definitions.resourceTypes].filter((type) => type !== LOGGED_TYPE)
        : [include.source];
    for (const source of readableTypes(ctx.access, sources)) {
      for (const link of linksOf(engine, include, source)) {
        for (const target of targets) {
          if (link.targets.length > 0 && !link.targets.includes(target.type)) continue;
          referring.types.add(source);
          if (link.isPatient && target.type === 'Patient') {
            referring.patientIds.add(target.id);
            referring.patientTypes.add(source);
          } else referring.texts.add(referenceToken(link.key, `${target.type}/${target.id}`));
          if (!hasCanonicals(link)) continue;
          if (!urls.has(target)) urls.set(target, urlsOf(target));
          for (const url of urls.get(target)!) referring.texts.add(referenceToken(link.key, url));
        }
      }
    }
  }
  if (referring.types.size === 0) return [];
  const { rows } = await db.query<Row>(
    compileReferrers(
      {
        types: [...referring.types],
        texts: [...referring.texts],
        patientIds: [...referring.patientIds],
        patientTypes: [...referring.patientTypes],
      },
      MAX_INCLUDED + 1,
    ),
  );
  const found = rows.map((row) => current(storedOf(row)));
  const canonicals = [...urls.values()].flat();
  if (canonicals.length === 0) return found;
  // A canonical is indexed without its version, too: what names another version does not refer to this one.
  const wanted = new Set([...canonicals, ...to.map((t) => `${t.type}/${t.id}`)]);
  return found.filter((f) => {
    const resource = JSON.parse(f.content!) as Record<string, unknown>;
    return revincludes
      .flatMap((include) => linksOf(engine, include, f.type))
      .flatMap((link) => referenceTexts(link, resource))
      .some((text) => {
        const local = localReference(text, ctx.base);
        return wanted.has(local ? `${local.type}/${local.id}` : text);
      });
  });
}

/** The canonicals of a resource: its url, with and without its version. */
function urlsOf({ content }: Stored): string[] {
  const { url, version } = JSON.parse(content!) as { url?: unknown; version?: unknown };
  if (typeof url !== 'string') return [];
  return typeof version === 'string' ? [url, `${url}|${version}`] : [url];
}
