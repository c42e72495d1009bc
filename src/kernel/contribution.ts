/** What a feature contributes to the engine; `compose.ts` hands it on, so that nothing imports upward. */
import type { CdsService } from './cds-hooks.ts';
import type { Ctx, Db } from './ctx.ts';
import type { Issue } from './issue.ts';
import type { Workflow } from './workflow.ts';

export type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };

/** A write about to happen: `before` is absent for a new resource, `after` (with its id) for a deletion. */
export interface WriteFacts {
  readonly type: string;
  readonly id: string;
  readonly before?: Resource;
  readonly after?: Resource;
  readonly ctx: Ctx;
}

/** Law of the county's work over any write, whichever door it comes through. Pure. */
export type WriteRule = (facts: WriteFacts) => readonly Issue[];

/** A stored version that an answer hands out, with what tells whose it is. */
export interface Disclosed {
  /** Its surrogate key: int8 as text. */
  readonly key: string;
  readonly type: string;
  readonly id: string;
  readonly patient: string | null;
  readonly content: string | null;
}

/** What a feature does to a resource before it is stored, knowing more than the resource. */
export interface Amendment {
  /** Cheap and pure: asked at every write of every type. */
  concerns(resource: Resource): boolean;
  /**
   * The resource changed, with warnings that say what and why; undefined when it stays as it is. `text` keeps its
   * digits (`parseExactly`). Throws what refuses it. `id`: of what is written over; what is created has none, whatever
   * its body says. `written`: `Type/id` of what the same transaction writes.
   */
  amend(facts: {
    readonly ctx: Ctx;
    readonly db: Db;
    readonly id?: string;
    readonly written?: ReadonlySet<string>;
    readonly text: string;
    readonly resource: Resource;
  }): Promise<{ readonly text: string; readonly issues: readonly Issue[] } | undefined>;
}

/** The answer of an operation: a resource as JSON text, and the status it goes out with. */
export interface OperationAnswer {
  readonly status?: number;
  readonly text: string;
  /** Of an answer that is not FHIR's. */
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose data was read or written, for the audit. */
  readonly patients?: readonly string[];
  readonly targets?: readonly string[];
  /** What was read and is told: whose it was follows from it. */
  readonly disclosed?: readonly Disclosed[];
}

export interface OperationInput {
  /** Resource type the operation was called on; absent at system level. */
  readonly type?: string;
  /** Id of the instance it was called on. */
  readonly id?: string;
  /** `Parameters`: as posted, or made from the query of a GET. */
  readonly parameters: Resource;
  /** A page for people is asked for: of an operation that has `pages`. */
  readonly page?: boolean;
}

/** A parameter that an operation takes besides those of its definition, as in an OperationDefinition. */
export interface MoreParameter {
  readonly name: string;
  readonly type: string;
  readonly max: string;
}

/** Code bound to an OperationDefinition by its canonical. */
export interface OperationBinding {
  readonly definition: string;
  /** Parameters that the definition leaves out: those of every search, a cursor. */
  readonly more?: readonly MoreParameter[];
  /** Resources among the parameters may be wrong: to say so is what the operation is for. */
  readonly judges?: boolean;
  /** Media type of the answers when they are not FHIR's. */
  readonly answers?: string;
  /** Answers a page for people as well: who prefers text/html gets it. */
  readonly pages?: boolean;
  /** The parameters in a body of another kind; undefined when it is none that the operation knows. */
  readonly readBody?: (contentType: string, bytes: Uint8Array) => Resource | undefined;
  /** Changes something although the definition does not say so with `affectsState`. */
  readonly writes?: boolean;
  run(ctx: Ctx, input: OperationInput): Promise<OperationAnswer>;
}

/** A kind of work in the background: see `jobs/README.md`. */
export interface BackgroundJob {
  readonly name: string;
  run(payload: unknown, attempt: number): Promise<void>;
}

/** Work for every day of the county, done in the night. */
export interface Nightly {
  /** Begins the work of the day in the background, unless it was begun; goes on with what was left. */
  start(ctx: Ctx): Promise<void>;
  /** Does the work of the day, and answers when it is done: for a clock that is moved by hand. */
  runNow(ctx: Ctx): Promise<void>;
}

/**
 * Texts by which resources of a type are found besides their search parameters: written with the version, in the same
 * index. `keysOf` is pure, and bears every state of a resource.
 */
export interface MoreKeys {
  readonly type: string;
  keysOf(resource: Resource): readonly string[];
}

/** `E` is the engine that operations work on; the kernel does not know it. */
export interface Contribution<E = unknown> {
  readonly name: string;
  readonly operations?: (engine: E) => readonly OperationBinding[];
  readonly rules?: readonly WriteRule[];
  readonly amendments?: readonly Amendment[];
  readonly keys?: readonly MoreKeys[];
  readonly workflows?: (engine: E) => readonly Workflow[];
  /** `contextAt`: the server itself, at an instant. */
  readonly jobs?: (engine: E, contextAt: (now: Date) => Ctx) => readonly BackgroundJob[];
  readonly nightly?: (engine: E) => Nightly;
  /** Services of CDS Hooks. */
  readonly cdsServices?: (engine: E) => readonly CdsService[];
}
