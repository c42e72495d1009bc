/** What every use case is told about the request it serves. Explicit and frozen: no ambient state. */
import type { Language } from './issue.ts';
import type { MaskedField } from './mask.ts';

/** A statement: `name` makes it a prepared one, and says in the database's views what it is. */
export interface Sql {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /** Asked in the role of a reader who reaches this much, as `Reach` in JSON; absent: in the role of the server. */
  readonly reach?: string;
  /** Changes something, but may be asked again when its connection was gone: a read that leaves a record. */
  readonly repeatable?: true;
}

export interface Rows<R> {
  readonly rows: R[];
  readonly count: number;
}

/** Something that runs statements: the pool, or a transaction. Filled by `db/`. */
export interface Db {
  query<R>(sql: Sql): Promise<Rows<R>>;
  /** For a small read: shares a statement with whoever asks the same for other values meanwhile. */
  together?<R>(sql: Sql): Promise<Rows<R>>;
  /** Of a transaction: calls back once it is committed. */
  onCommit?(then: () => void): void;
  /** Of a database that shows what somebody reaches: the same one, in the role of the server. */
  readonly whole?: Db;
}

/** A database that can open transactions. */
export interface Database extends Db {
  /** Runs `fn` in one transaction, retried whole on serialization failure or deadlock. */
  tx<T>(fn: (db: Db) => Promise<T>): Promise<T>;
}

/** Who acts: the client (a system of the county), and the person behind it when there is one. */
export interface Actor {
  /** OAuth client id, or `anonymous` (open mode), or `system`. */
  readonly client: string;
  /** Name to show in audit records. */
  readonly display: string;
  /** The organisation the client belongs to: `Organization/x`. */
  readonly organization?: string;
  /** The person: `Practitioner/x`, `Patient/x` or `RelatedPerson/x`. */
  readonly fhirUser?: string;
  /** Name of the person, to show in audit records. */
  readonly userName?: string;
  /** Id of the access token (`jti`). */
  readonly token?: string;
  /** The account that the person signed in with. */
  readonly user?: string;
  /** The client works for everybody's data, not for its organisation's alone. */
  readonly countyWide?: boolean;
  /** What the client is registered as: roles of the access policy. */
  readonly roles?: readonly string[];
}

/** Why data is asked for. `access/` decides whether that is accepted. */
export interface Purpose {
  /** https://hl7.org/fhir/R4/v3/PurposeOfUse/vs.html: `BTG` when somebody broke the glass. */
  readonly code: string;
  /** In the person's own words. */
  readonly reason?: string;
  /** Id of the Patient whose record is opened, when it is an emergency. */
  readonly patient?: string;
}

/** The interactions that access is decided for, as in SMART App Launch 2 scopes: c r u d s. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's';

/** On whose behalf a scope reaches data: a system's own, a person's, or those of the one patient in context. */
export type ScopeContext = 'system' | 'user' | 'patient';

/** A resource scope, taken apart. https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html */
export interface ResourceScope {
  /** As it was written. */
  readonly text: string;
  readonly context: ScopeContext;
  /** A resource type, or `*`. */
  readonly type: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The part after `?` of a granular scope, as it was written: `category=laboratory`. */
  readonly parameters?: string;
}

/** What the actor may do. Filled by `access/`; everything else only hands it on. */
export interface Access {
  /** Resource type (or `*`) -> permissions, of the scopes that reach all of a type. */
  readonly grants: ReadonlyMap<string, ReadonlySet<Permission>>;
  /** The scopes as granted, for messages and audit. */
  readonly scope: string;
  /** Every resource scope among them, of whatever context. */
  readonly scopes: readonly ResourceScope[];
  /** Id of the patient in context: `patient/` scopes reach no other. */
  readonly patient?: string;
  /** Which resources of those types; absent: all. */
  readonly reach?: Reach;
}

/**
 * Which resources an actor reaches. A resource has handles: `o:x` and `w:x` (data of the organisation, by what it
 * says and by who wrote it), `r:x` (shown to the organisation), `k:notifiable` (kind), `p:x` (patient), `c:encounter|Organization/x` (somebody cares for its
 * patient now), `all`. It is reached by any of them; `Observation o:x` reaches by that handle
 * those of one type. PostgreSQL decides who sees what: `src/access/README.md`.
 */
export interface Reach {
  readonly sees: readonly string[];
  /** Types that are nobody's data, and everybody's to see. */
  readonly open: readonly string[];
  readonly seesOfType?: readonly string[];
  /** The same of what may be written; both forms. */
  readonly writes: readonly string[];
  /** What may be added beside, and changed by whoever added it alone; both forms. */
  readonly adds?: readonly string[];
  /** Types that are not for the actor to write, whosever they are. */
  readonly reserved?: readonly string[];
  /** `s:system|code`: labels that hide a resource, whatever else reaches it. */
  readonly hidden: readonly string[];
  /** Confined to the records of one person, ids of Patients, save for the types of `unconfined`. */
  readonly patient?: readonly string[];
  readonly unconfined?: readonly string[];
  /** Type -> alternatives of conditions, each a list of tokens, of which one must be there. */
  readonly narrow?: Readonly<Record<string, readonly (readonly (readonly string[])[])[]>>;
  /**
   * The same of what is created, updated and deleted. No alternatives: not at all. A type that is not there is not
   * narrowed.
   */
  readonly narrowWrites?: Readonly<Record<'c' | 'u' | 'd', NonNullable<Reach['narrow']>>>;
  /** How Consents name the actor, and for what purposes of use it acts. */
  readonly actors: readonly string[];
  readonly purposes: readonly string[];
  /** Consents do not bind: an emergency, or the residents themselves. */
  readonly overrides?: 'consent';
  /** Ids of patients who are told who has seen their data. */
  readonly audits: readonly string[];
  /** Ids of patients for whom the actor acts as a guardian, and `s:system|code` of what is hidden of them. */
  readonly wards?: readonly string[];
  readonly hiddenOfWards?: readonly string[];
  /** By how much the server's clock is ahead of PostgreSQL's, in milliseconds: it was moved by hand. */
  readonly ahead?: number;
  /** May ask whose card it is shown (`Patient/$identify`): for so many hours what follows may rest on it. */
  readonly identifies?: {
    readonly hours: number;
    readonly perHour: number;
    readonly failuresPerHour: number;
  };
  /** Numbers and no resources; smaller ones than this are not told. */
  readonly countsFrom?: number;
  /** Type -> elements that are shown; the others are left out. */
  readonly elements?: Readonly<Record<string, readonly string[]>>;
  /** Type -> what is shortened in it: see `mask.ts`. */
  readonly masks?: Readonly<Record<string, readonly MaskedField[]>>;
}

export interface Ctx {
  readonly actor: Actor;
  readonly access: Access;
  /** One instant for the whole request. */
  readonly now: Date;
  readonly requestId: string;
  readonly lang: Language;
  /** Why the data is asked for, when that was said and accepted. */
  readonly purpose?: Purpose;
  /** Address of the caller, for audit. */
  readonly address?: string;
  /** Client who sent what somebody else sees to now: what is demanded of it holds. */
  readonly sentBy?: string;
  /** Collects the references of what is told, of a request whose answer is kept. */
  readonly told?: Set<string>;
  /** FHIR base of this server as the client sees it, without a slash at the end. */
  readonly base: string;
}
