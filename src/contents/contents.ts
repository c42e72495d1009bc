/** Contents as they come in: measured, hashed, small ones in memory and others in the store. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { failure } from '../kernel/fhir-error.ts';
import { newId } from '../kernel/ids.ts';
import { problem } from '../kernel/issue.ts';
import type { ByteRange, ContentStore } from './content-store.ts';

/** A content in the store. */
export interface Kept {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Base64. */
  readonly sha1: string;
  readonly sha256: string;
}

/** What came in: few bytes as they are, many as what is kept. */
export interface Received {
  readonly size: number;
  readonly sha256: string;
  readonly bytes?: Buffer;
  readonly kept?: Kept;
}

export interface Contents {
  /** Bytes that one content may have. */
  readonly most: number;
  /** Throws too-large (413); what came till then is gone. */
  receive(content: AsyncIterable<Buffer>): Promise<Received>;
  get(name: string, range?: ByteRange): Promise<Readable>;
  /** Whether this process has it from a request that is still at work: nobody else knows the name. */
  isFresh(name: string): boolean;
  /** The request is done: what it received is in a version, or is given up. */
  settle(received: Received, stored: boolean): Promise<void>;
}

/** Up to here a content stands in the version, in the database. */
const INLINE_BYTES = 256 * 1024;

export function createContents(store: ContentStore, most: number): Contents {
  const fresh = new Set<string>();

  async function keep(content: AsyncIterable<Buffer>, measured: Measure): Promise<Received> {
    const name = newId();
    fresh.add(name);
    try {
      await store.put(name, Readable.from(content, { objectMode: false }));
    } catch (error) {
      fresh.delete(name);
      throw isFull(error) ? noRoom() : error;
    }
    const { size, sha1, sha256 } = measured.end();
    return { size, sha256, kept: { name, size, sha1, sha256 } };
  }

  return {
    most,
    async receive(content) {
      const measured = measure(most);
      const chunks = measured.of(content);
      const first: Buffer[] = [];
      let bytes = 0;
      while (bytes <= INLINE_BYTES) {
        const { done, value } = await chunks.next();
        if (done) {
          const { size, sha256 } = measured.end();
          return { size, sha256, bytes: Buffer.concat(first) };
        }
        first.push(value);
        bytes += value.length;
      }
      return keep(both(first, chunks), measured);
    },
    get: (name, range) => store.get(name, range),
    isFresh: (name) => fresh.has(name),
    async settle({ kept }, stored) {
      if (!kept) return;
      fresh.delete(kept.name);
      if (!stored) await store.remove(kept.name);
    },
  };
}

type Measure = ReturnType<typeof measure>;

function measure(most: number) {
  const sha1 = createHash('sha1');
  const sha256 = createHash('sha256');
  let size = 0;
  return {
    async *of(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
      for await (const chunk of content) {
        size += chunk.length;
        if (size > most) throw tooLarge(most);
        sha1.update(chunk);
        sha256.update(chunk);
        yield chunk;
      }
    },
    end: () => ({ size, sha1: sha1.digest('base64'), sha256: sha256.digest('base64') }),
  };
}

async function* both(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield* first;
  yield* rest;
}

export function tooLarge(most: number) {
  const megabytes = Math.floor(most / 1024 / 1024);
  return failure('too-large', [
    problem('too-long', {
      en: `A Binary may have ${megabytes} MB. Send it in parts, or have the operator raise MAX_BINARY_MB.`,
      zh: `Binary 不得超过 ${megabytes} MB。请拆分,或由管理员调大 MAX_BINARY_MB。`,
    }),
  ]);
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function noRoom() {
  return failure('transient', [
    problem('transient', {
      en: 'There is no room for the content at present; nothing was stored. Please tell the operator.',
      zh: '存储空间不足,内容未保存。请联系管理员。',
    }),
  ]);
}
