/** Where the contents of large Binaries are kept: files here, or an object storage behind the same interface. */
import type { Readable } from 'node:stream';

/** The first and the last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface ContentStore {
  /**
   * Keeps a content under a name that is new, as a whole or not at all. Resolves once it would survive a loss of
   * power; rejects with what `content` fails with.
   */
  put(name: string, content: Readable): Promise<void>;
  /** Rejects when there is none of the name. */
  get(name: string, range?: ByteRange): Promise<Readable>;
  /** Does nothing when there is none of the name. */
  remove(name: string): Promise<void>;
  /** Names of what was put, wholly or not, before an instant. */
  olderThan(before: Date): AsyncIterable<string>;
}
