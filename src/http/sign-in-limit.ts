/**
 * Guessing at the token endpoint and at sign-in: whoever fails too often waits, longer each time. Counted by the
 * address and the client that its Basic header names, so that one system of a hospital does not lock out another;
 * what names its client in the body is counted by the address. https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RateLimiterMemory } from 'rate-limiter-flexible';

/** Failures in a minute, before whoever failed has to wait. */
const FAILURES = 20;
const SPAN_SECONDS = 60;
/** The first wait; each next in the same hour is twice as long. */
const WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 1800;
const FORGOTTEN_AFTER_SECONDS = 3600;

/** Client authentication or a grant that is wrong. */
const FAILED: ReadonlySet<number> = new Set([400, 401, 403]);

export interface SignInLimit {
  /** Answers 429 itself, and false, when this caller has to wait; else counts how the request ends. */
  admits(req: IncomingMessage, res: ServerResponse): Promise<boolean>;
}

export function createSignInLimit(failures: number = FAILURES): SignInLimit {
  const failed = new RateLimiterMemory({ points: failures, duration: SPAN_SECONDS });
  const waits = new RateLimiterMemory({
    keyPrefix: 'waits',
    points: 1_000_000,
    duration: FORGOTTEN_AFTER_SECONDS,
  });

  async function count(key: string): Promise<void> {
    const { consumedPoints } = await failed.penalty(key);
    if (consumedPoints < failures) return;
    const { consumedPoints: times } = await waits.penalty(key);
    await failed.block(key, Math.min(WAIT_SECONDS * 2 ** (times - 1), LONGEST_WAIT_SECONDS));
  }

  return {
    async admits(req, res) {
      const key = keyOf(req);
      const before = await failed.get(key);
      if (before && before.consumedPoints >= failures) {
        refuse(res, before.msBeforeNext);
        return false;
      }
      res.once('finish', () => {
        if (FAILED.has(res.statusCode) && req.method === 'POST') void count(key);
      });
      return true;
    },
  };
}

function keyOf({ socket, headers, ip }: IncomingMessage & { ip?: string }): string {
  const basic = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  const client = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8').split(':', 1)[0]!;
  return `${ip ?? socket.remoteAddress ?? ''} ${client.slice(0, 200)}`;
}

/** RFC 6749 §5.2 has no code for it; RFC 6585 §4 has the status. */
function refuse(res: ServerResponse, milliseconds: number): void {
  res.writeHead(429, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': String(Math.max(1, Math.ceil(milliseconds / 1000))),
  });
  res.end(
    JSON.stringify({
      error: 'temporarily_unavailable',
      error_description: 'Too many attempts failed. Wait as Retry-After says.',
    }),
  );
}
