/**
 * A workflow of the county, as the engine runs it. Its law holds for every write, through an operation or through
 * a plain PUT, PATCH or Bundle: what it adds is checked and written in the transaction of the write itself.
 */
import type { Resource, WriteFacts } from './contribution.ts';
import type { Ctx, Db } from './ctx.ts';
import type { Issue } from './issue.ts';

/** What a workflow sees and does inside the writing transaction, with the server's own access. */
export interface Scene {
  /** Who writes, and the one instant of it. */
  readonly ctx: Ctx;
  /** The transaction, for what a feature keeps in tables of its own or finds by its own keys. */
  readonly db: Db;
  /** The current version, what the transaction has written so far included; undefined when there is none. */
  read(reference: string | undefined): Promise<Resource | undefined>;
  /** The same, and nobody else changes it until the transaction ends. */
  lock(reference: string | undefined): Promise<Resource | undefined>;
  /** Whether it is there for who writes; the server itself sees everything. */
  sees(reference: string): Promise<boolean>;
  /** A FHIR search: `search('Task', [['focus', 'ServiceRequest/1']])`. At most 5,000 matches: more throws. */
  search(type: string, query: readonly (readonly [string, string])[]): Promise<Resource[]>;
  /** Whoever names the same text waits here until the transaction ends: for decisions about what is not there yet. */
  alone(text: string): Promise<void>;
}

/** Something that only one resource may hold: two that claim it at once, and one is refused. */
export interface Claim {
  /** Begins with the name of the feature: `contract-in-force:Patient/1`. */
  readonly name: string;
  /** What to say to whoever comes second; `holder` is the `Type/id` that has it. Answered as 409. */
  taken(holder: string): Issue;
}

/** Something that falls due on a resource if nothing changes it before. */
export interface Deadline {
  /** Unique among those of the resource. */
  readonly name: string;
  /** Milliseconds. */
  readonly at: number;
  /** Once set it stays at its time: counted from the version in which it was first there. */
  readonly kept?: boolean;
}

/** What a workflow adds to a write. */
export interface Consequence {
  /** Errors refuse the whole write (422); nothing of it is stored. Others are not told. */
  readonly issues?: readonly Issue[];
  /**
   * Resources to write along: without an id a new one, with an id a new one or the next version, of the resource
   * itself that is being written, too: the answer shows the last. Their own consequences follow.
   */
  readonly writes?: readonly Resource[];
}

export interface Workflow {
  readonly name: string;
  /** Whether the write is any of its business. Cheap and pure: asked at every write of every type. */
  concerns(facts: WriteFacts): boolean;
  /**
   * Canonicals of the profiles that a resource must meet because of what it is, whatever it declares itself and
   * whoever sends it. Pure, asked at every validation.
   */
  demands?(resource: Resource): readonly string[];
  /** What the resource holds. Pure. */
  claims?(resource: Resource): readonly Claim[];
  /**
   * What falls due on it; the same names for the same resource. `written`: when, in milliseconds. `db` is for times
   * that an administrator sets.
   */
  deadlines?(resource: Resource, written: number, db: Db): readonly Deadline[] | Promise<readonly Deadline[]>;
  /**
   * Whether nothing follows from a write that stands alone, as far as can be seen from outside a transaction: such a
   * write shares its commit with others. Asked before it and, since others write meanwhile, again after it: what is
   * not settled any more is followed up then, before the answer goes out. Nothing is refused any more by then.
   */
  settled?(scene: Scene, facts: WriteFacts, when: 'before' | 'after'): Promise<boolean>;
  /** Asked once the versions are written, before they are committed. */
  follow?(scene: Scene, facts: WriteFacts): Promise<Consequence>;
  /**
   * A deadline of a resource has passed: once in effect, whatever dies meanwhile. `resource` is locked, and may
   * be among `writes`.
   */
  due?(scene: Scene, resource: Resource, deadline: string): Promise<Consequence>;
}
