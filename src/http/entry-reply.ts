/** The answer to one entry of a batch or transaction, as text. */
import { STATUS_CODES } from 'node:http';
import type { BatchResult } from '../interactions/batch.ts';
import type { Ctx } from '../kernel/ctx.ts';
import type { Prefer } from './negotiate.ts';

export function entryText(ctx: Ctx, result: BatchResult, prefer: Prefer): string {
  const status = JSON.stringify(`${result.status} ${STATUS_CODES[result.status] ?? ''}`.trim());
  if ('outcome' in result) {
    return `{"response":{"status":${status},"outcome":${JSON.stringify(result.outcome)}}}`;
  }
  const { stored, text } = result;
  if (!stored) {
    const resource = text === undefined ? '' : `"resource":${text},`;
    return `{${resource}"response":{"status":${status}}}`;
  }
  const url = `${ctx.base}/${stored.type}/${stored.id}`;
  const body = text ?? (prefer.return === 'minimal' ? null : stored.content);
  const resource = body === null ? '' : `"resource":${body},`;
  const modified = new Date(stored.updated).toISOString();
  return `{"fullUrl":"${url}",${resource}"response":{"status":${status},"location":"${url}/_history/${stored.version}","etag":"W/\\"${stored.version}\\"","lastModified":"${modified}"}}`;
}
