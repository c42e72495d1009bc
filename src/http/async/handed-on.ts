/**
 * Requests that the server sends to itself, on behalf of whoever asked for them before: each carries a key that
 * only this process knows and that is good once, in the place of an access token.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Ctx } from '../../kernel/ctx.ts';

const HEADER = 'x-handed-on';
/** Longer than a request may wait until it is worked on. */
const FORGOTTEN_AFTER_MS = 60_000;

export interface HandedOn {
  /** The header of a request that is to be served in this context. */
  give(ctx: Ctx): Record<string, string>;
  /** Whether a request carries such a key. */
  has(request: FastifyRequest): boolean;
  /** The context of a request that carries such a key. */
  take(request: FastifyRequest): Ctx | undefined;
}

export function createHandedOn(): HandedOn {
  const contexts = new Map<string, Ctx>();
  return {
    give(ctx) {
      const key = randomUUID();
      contexts.set(key, ctx);
      // A request that found no room never came to take it.
      setTimeout(() => contexts.delete(key), FORGOTTEN_AFTER_MS).unref();
      return { [HEADER]: key };
    },
    has: ({ headers }) => contexts.has(String(headers[HEADER])),
    take({ headers }) {
      const key = headers[HEADER];
      if (typeof key !== 'string') return undefined;
      const ctx = contexts.get(key);
      contexts.delete(key);
      return ctx;
    },
  };
}
