/** One request to the server, and when it may be made again: only when it is certain that nothing was stored. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Language, Text } from '../../kernel/issue.ts';
import type { Unit } from './units.ts';

export interface Target {
  /** FHIR base without a slash at the end. */
  readonly base: string;
  readonly token?: string;
  readonly lang: Language;
  /** For tests: how to wait. */
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

export type Answer =
  | { readonly status: number; readonly body: unknown }
  /** No answer came; `stored` says whether the server may have carried the request out all the same. */
  | { readonly reason: Text; readonly stored: 'no' | 'unknown' };

const BUSY_TRIES = 10;
const REFUSED_TRIES = 5;
const LONGEST_WAIT = 60_000;

export async function send(target: Target, unit: Pick<Unit, 'method' | 'path' | 'body'>): Promise<Answer> {
  const wait = target.wait ?? ((milliseconds: number) => sleep(milliseconds));
  let refused = 0;
  for (let busy = 1; ; ) {
    let response: Response;
    let text: string;
    try {
      response = await fetch(unit.path ? `${target.base}/${unit.path}` : target.base, {
        method: unit.method,
        headers: headersOf(target),
        body: unit.body,
      });
      text = await response.text();
    } catch (error) {
      if (!neverSent(error)) return lost(error);
      if (++refused >= REFUSED_TRIES) return unreachable(target.base);
      await wait(500 * 2 ** (refused - 1));
      continue;
    }
    // 503 and 429 are refusals before the work began; everything else is the server's last word.
    if ((response.status !== 503 && response.status !== 429) || busy >= BUSY_TRIES) {
      return { status: response.status, body: json(text) };
    }
    await wait(retryAfter(response.headers.get('retry-after'), busy, Date.now()));
    busy++;
  }
}

function headersOf(target: Target): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/fhir+json',
    accept: 'application/fhir+json',
    'accept-language': target.lang === 'zh' ? 'zh-CN' : 'en',
    prefer: 'return=minimal',
  };
  if (target.token) headers.authorization = `Bearer ${target.token}`;
  return headers;
}

/** Milliseconds to wait: `Retry-After` as seconds or a date (RFC 9110), else growing from one second. */
export function retryAfter(header: string | null, tries: number, now: number): number {
  const seconds = header === null ? Number.NaN : Number(header);
  const date = header === null ? Number.NaN : Date.parse(header);
  const asked = Number.isFinite(seconds) ? seconds * 1000 : date - now;
  const chosen = Number.isFinite(asked) ? asked : 1000 * 2 ** (tries - 1);
  return Math.min(Math.max(chosen, 0), LONGEST_WAIT);
}

/** True when the connection was never made, so that the request cannot have reached anyone. */
function neverSent(error: unknown): boolean {
  return codeOf(error) === 'ECONNREFUSED';
}

function codeOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}

function unreachable(base: string): Answer {
  return {
    stored: 'no',
    reason: {
      en: `No server answers at ${base}. Start it with npm start, or set BASE_URL.`,
      zh: `${base} 无服务器应答。请先运行 npm start,或设置 BASE_URL。`,
    },
  };
}

function lost(error: unknown): Answer {
  const said = String(codeOf(error) ?? (error instanceof Error ? error.message : error));
  return {
    stored: 'unknown',
    reason: {
      en: `The connection broke before the answer (${said}); it may have been stored, so it was not sent again.`,
      zh: `未收到应答即断开(${said});内容可能已保存,因此未重发。`,
    },
  };
}

function json(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
