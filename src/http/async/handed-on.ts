/**
 * Requests that the server sends to itself, on behalf of whoever asked for them before: each carries a key that
 * only this process knows and that is good once, in the place of an access token.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Ctx } from '../../kernel/ctx.ts';

const HEADER = 'x-handed-on';

export interface HandedOn {
  /** The header of a request that is to be served in this context. */
  give(ctx: Ctx): Record<string, string>;
  /** The context of a request that carries such a key. */
  take(request: FastifyRequest): Ctx | undefined;
}

export function createHandedOn(): HandedOn {
  const contexts = new Map<string, Ctx>();
  return {
    give(ctx) {
      const key = randomUUID();
      contexts.set(key, ctx);
      return { [HEADER]: key };
    },
    take({ headers }) {
      const key = headers[HEADER];
      if (typeof key !== 'string') return undefined;
      const ctx = contexts.get(key);
      contexts.delete(key);
      return ctx;
    },
  };
}
