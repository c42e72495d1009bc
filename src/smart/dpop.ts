/** Proof that who brings a token holds the key it is bound to. RFC 9449 §4.3, §7 */
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import type { Db } from '../kernel/ctx.ts';
import { DPOP_ALGORITHMS } from './endpoints.ts';
import { stateId } from './state.ts';

/** A proof, and the request it came with. */
export interface DpopProof {
  readonly proof: string;
  readonly method: string;
  /** As the client sees it. */
  readonly url: string;
}

/** A proof is made for one request, and at once. */
const MAX_AGE_SECONDS = 60;

/**
 * The thumbprint of the key that a proof was made with. Throws an Error when it is for another request or token, too
 * old, or was shown before to any process of this server.
 */
export async function checkProof(
  db: Db,
  token: string,
  { proof, method, url }: DpopProof,
  nowMs: number,
): Promise<string> {
  const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
    algorithms: [...DPOP_ALGORITHMS],
    typ: 'dpop+jwt',
    currentDate: new Date(nowMs),
  });
  const { htm, htu, ath, iat, jti } = payload as Record<string, unknown>;
  if (htm !== method) throw new Error('htm is another method');
  if (typeof htu !== 'string' || withoutQuery(htu) !== withoutQuery(url))
    throw new Error('htu is another address');
  if (ath !== createHash('sha256').update(token).digest('base64url')) throw new Error('ath is another token');
  if (typeof iat !== 'number' || Math.abs(nowMs / 1000 - iat) > MAX_AGE_SECONDS)
    throw new Error('iat is not now');
  if (typeof jti !== 'string' || jti === '') throw new Error('jti is missing');
  const thumbprint = await calculateJwkThumbprint(protectedHeader.jwk!);
  const { count } = await db.query({
    name: 'smart.keepProof',
    text: `insert into oauth_state (model, id, payload, expires)
           values ('DPoP', $1, '{}', now() + make_interval(secs => $2)) on conflict do nothing`,
    values: [stateId(`${thumbprint} ${jti}`), 2 * MAX_AGE_SECONDS],
  });
  if (count === 0) throw new Error('the proof was used before');
  return thumbprint;
}

function withoutQuery(address: string): string | undefined {
  const url = URL.parse(address);
  return url ? url.origin + url.pathname : undefined;
}
