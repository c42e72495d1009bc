/** What every use case is told about the request it serves. Explicit and frozen: no ambient state. */
import type { Language } from './issue.ts';

/** A statement: `name` makes it a prepared one, and says in the database's views what it is. */
export interface Sql {
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
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
  /** The person: `Practitioner/x` or `Patient/x`. */
  readonly fhirUser?: string;
  /** Name of the person, to show in audit records. */
  readonly userName?: string;
  /** Id of the access token (`jti`). */
  readonly token?: string;
}

/** Why data is asked for. `access/` decides whether that is accepted. */
export interface Purpose {
  /** https://hl7.org/fhir/R4/v3/PurposeOfUse/vs.html: `BTG` when somebody broke the glass. */
  readonly code: string;
  /** In the person's own words. */
  readonly reason?: string;
}

/** The interactions that access is decided for, as in SMART App Launch 2 scopes: c r u d s. */
export type Permission = 'c' | 'r' | 'u' | 'd' | 's';

/** What the actor may do. Filled by `access/`; everything else only hands it on. */
export interface Access {
  /** Resource type (or `*`) -> permissions. */
  readonly grants: ReadonlyMap<string, ReadonlySet<Permission>>;
  /** The scopes as granted, for messages and audit. */
  readonly scope: string;
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
  /** FHIR base of this server as the client sees it, without a slash at the end. */
  readonly base: string;
}
