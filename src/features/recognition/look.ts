/** Where the check reads: through the engine as somebody, or inside the transaction of a write. */
import { asSystem } from '../../access/as-system.ts';
import { assertMayAll } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { read } from '../../interactions/read.ts';
import { searchType } from '../../interactions/search.ts';
import type { Resource } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { FhirError } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import type { Scene } from '../../kernel/workflow.ts';

export type Query = readonly (readonly [string, string])[];

export interface Look {
  /** Undefined for what is not there, or is of another server. */
  read(reference: string | undefined): Promise<Resource | undefined>;
  /** The newest of each type, 1,000 at most. */
  search(type: string, query: Query): Promise<Resource[]>;
}

/** Whose data is read with whose rights. */
export interface Looks {
  /** FHIR base of this server. */
  readonly base: string;
  /** The patient's data: as the asker. */
  readonly mine: Look;
  /** Catalogue, rulesets, directory, quality evidence, decisions: what is applied, not handed out. */
  readonly law: Look;
  /** Throws `forbidden` unless the asker may read what the answer shows. */
  assertMayCheck(imaging: boolean): void;
}

/** What an answer shows or rests on: left out for want of a scope, a report would take its bad news with it. */
const NEEDS = [
  { permission: 'r', type: 'Patient' },
  { permission: 's', type: 'Observation' },
  { permission: 's', type: 'DiagnosticReport' },
] as const;
const IMAGING_NEEDS = [...NEEDS, { permission: 's', type: 'ImagingStudy' }] as const;

const NEWEST: Readonly<Record<string, string>> = {
  Observation: '-date',
  DiagnosticReport: '-date',
  ImagingStudy: '-started',
};
const MOST = '1000';

export function looksOf(engine: Engine, ctx: Ctx): Looks {
  const law = asSystem(
    ctx,
    'catalogue, rulesets, directory and quality evidence are applied, not handed out',
  );
  return {
    base: ctx.base,
    mine: lookAs(engine, ctx),
    law: lookAs(engine, law),
    assertMayCheck: (imaging) => assertMayAll(ctx, imaging ? IMAGING_NEEDS : NEEDS),
  };
}

/** Inside a transaction everything is read for the law, and shown to nobody. */
export function looksIn(scene: Scene): Looks {
  return { base: scene.ctx.base, mine: scene, law: scene, assertMayCheck: () => {} };
}

function lookAs(engine: Engine, ctx: Ctx): Look {
  return {
    async read(reference) {
      const local = localReference(reference ?? '', ctx.base);
      if (!local) return undefined;
      const found = await read(engine, ctx, local.type, local.id).catch(absent);
      return found && (JSON.parse(found.content) as Resource);
    },
    async search(type, query) {
      const sort = NEWEST[type];
      const found = await searchType(engine, ctx, {
        type,
        query: [...query, ...(sort ? [['_sort', sort] as const] : []), ['_count', MOST]],
        lenient: false,
      });
      return found.matches.map(({ content }) => JSON.parse(content!) as Resource);
    },
  };
}

function absent(error: unknown): undefined {
  if (error instanceof FhirError && (error.category === 'not-found' || error.category === 'gone'))
    return undefined;
  throw error;
}
