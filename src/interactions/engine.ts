/** What the interactions work with: made once by `compose.ts`. */

import type { Contents } from '../contents/contents.ts';
import type { Views } from '../db/reader.ts';
import type { Definitions } from '../definitions/definitions.ts';
import type { CheckCodes } from '../kernel/code-check.ts';
import type { Amendment, WriteRule } from '../kernel/contribution.ts';
import type { Ctx, Database, Db, Reach } from '../kernel/ctx.ts';
import type { Issue } from '../kernel/issue.ts';
import type { Workflow } from '../kernel/workflow.ts';
import type { IndexRowsOf } from '../search/index-rows.ts';
import type { Parameters } from '../search/parameters.ts';
import type { Writer } from '../store/writer.ts';
import type { Terminology } from '../terminology/terminology.ts';
import type { ValidateOptions } from '../validation/validator.ts';

export interface Engine {
  readonly definitions: Definitions;
  readonly parameters: Parameters;
  readonly indexRows: IndexRowsOf;
  /** Names of the elements that hold links: see `references.ts`. */
  readonly linkNames: ReadonlySet<string>;
  /**
   * Structure, base rules, the profiles that the resource declares or the client must meet, and those named here.
   * A promise only when something had to be asked that is not in memory.
   */
  readonly validate: (ctx: Ctx, resource: FhirResource, more?: ValidateMore) => Issue[] | Promise<Issue[]>;
  /** Whether resources of a type from the client are stored although they break a profile of the county. */
  readonly quarantines: (ctx: Ctx, type: string) => boolean;
  readonly terminology: Terminology;
  /** Whether codes are right, as far as that is known here. */
  readonly checkCodes: (db: Db) => CheckCodes;
  readonly database: Database;
  /** The database as somebody sees it: see `engine-for.ts`. */
  readonly views: Views;
  /** What `database` shows, when it is not all; then `whole` is the engine that shows all. */
  readonly reach?: Reach;
  readonly whole?: Engine;
  readonly writer: Writer;
  /** The same context as a system of an institution (`Organization/x`) has it, by the access policy. */
  readonly asInstitution: (ctx: Ctx, institution: string) => Promise<Ctx>;
  /** The contents of large Binaries: see `kept-content.ts`. */
  readonly contents: Contents;
  /** Whether each write of a client that acts for an institution leaves a Provenance that names it. */
  readonly namesContributors: boolean;
  /** The features' rules, asked before every write. */
  readonly rules: readonly WriteRule[];
  /** What the features change before a resource is stored: see `amend.ts`. */
  readonly amendments: readonly Amendment[];
  /** The features' workflows: what they add to a write. */
  readonly workflows: readonly Workflow[];
}

export interface ValidateMore extends Pick<ValidateOptions, 'profiles' | 'expectedType'> {
  /** The connection to ask through; a request that holds one must not wait for another. */
  readonly db?: Db;
  /** `Type/id` of what the same transaction writes: it is there once this is. */
  readonly written?: ReadonlySet<string>;
  /** Only what a resource must meet to be stored: what would be put in quarantine passes. */
  readonly lenient?: boolean;
}

/** A parsed resource of any type. */
export interface FhirResource extends Record<string, unknown> {
  readonly resourceType: string;
  readonly id?: string;
}

/** A resource as it came: the text is what gets stored. */
export interface Body {
  readonly text: string;
  readonly resource: FhirResource;
  /** What of the county's demands it breaks, when it is stored all the same: see `quarantine.ts`. */
  readonly flaws?: readonly Issue[];
}
