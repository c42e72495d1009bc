/** The validation of a request's resources: what the client must meet, and whom to ask about what is not in memory. */

import { wholeOf } from '../db/reader.ts';
import type { Definitions } from '../definitions/definitions.ts';
import type { CheckCodes } from '../kernel/code-check.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import type { Workflow } from '../kernel/workflow.ts';
import { missingAmong } from '../store/existence.ts';
import { batched } from '../validation/batched.ts';
import type { Enforcement } from '../validation/enforcement.ts';
import type { Outside } from '../validation/outside.ts';
import type { Validator } from '../validation/validator.ts';
import { readable } from './amend.ts';
import type { Engine } from './engine.ts';
import { readByCanonical } from './stored-canonicals.ts';

export interface ValidationSettings {
  readonly validator: Validator;
  readonly definitions: Definitions;
  readonly enforcement: Enforcement;
  /** What to make of a `meta.profile` that is not known. */
  readonly unknownProfile: 'warn' | 'refuse';
  readonly database: Db;
  /** Their demands hold for every resource. */
  readonly workflows?: readonly Workflow[];
  /** Answers about codes through a connection: a request that holds one must not wait for another. */
  readonly checkCodes?: (db: Db) => CheckCodes;
}

/** See Engine.validate. */
export function createValidation(settings: ValidationSettings): Engine['validate'] {
  const {
    validator,
    definitions,
    enforcement,
    unknownProfile,
    database,
    workflows = [],
    checkCodes,
  } = settings;
  const checks = new WeakMap<Db, CheckCodes>();
  const codesOn = (db: Db) => {
    if (!checkCodes) return undefined;
    const known = checks.get(db) ?? batched(checkCodes(db));
    checks.set(db, known);
    return known;
  };
  return (ctx, resource, { profiles = [], expectedType, db = database, written, lenient } = {}) => {
    const { sentBy: client = ctx.actor.client } = ctx;
    const type = resource.resourceType;
    const outside: Outside = {
      // Codes are nobody's; what a reference leads to is somebody's.
      checkCodes: codesOn(wholeOf(db)),
      missing: async (references) => missing(ctx, db, references, written),
      questionnaire: (canonical) => questionnaireOf(definitions, wholeOf(db), canonical),
    };
    return validator.validateWith(outside, resource, {
      profiles: [
        ...(lenient ? enforcement.strictProfiles(client, type) : enforcement.profiles(client, type)),
        ...workflows.flatMap((w) => readable(() => w.demands?.(resource)) ?? []),
        ...profiles,
      ],
      expectedType,
      unknownProfile,
      missingReference: enforcement.references(client, type),
      now: ctx.now,
    });
  };
}

/** `Type/id`, with or without a version. */
const LOCAL = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** Of the references that are to this server, those that lead nowhere. */
async function missing(
  { base }: Ctx,
  db: Db,
  references: readonly string[],
  written: ReadonlySet<string> | undefined,
): Promise<ReadonlySet<string>> {
  const local = references.flatMap((reference) => {
    const relative = reference.startsWith(`${base}/`) ? reference.slice(base.length + 1) : reference;
    const [, type, id] = LOCAL.exec(relative) ?? [];
    return type && id && !written?.has(`${type}/${id}`) ? [{ reference, type, id }] : [];
  });
  const gone = await missingAmong(db, local);
  return new Set(local.filter((r) => gone.has(`${r.type}/${r.id}`)).map((r) => r.reference));
}

/** Of a package, or else stored here. */
async function questionnaireOf(
  definitions: Definitions,
  db: Db,
  canonical: string,
): Promise<Record<string, unknown> | undefined> {
  const [url, version] = canonical.split('|');
  const packaged = definitions
    .resources('Questionnaire')
    .find((q) => q.url === url && (version === undefined || q.version === version));
  if (packaged) return packaged as unknown as Record<string, unknown>;
  return (await readByCanonical<Record<string, unknown>>(db, 'Questionnaire', [canonical])).get(canonical);
}
