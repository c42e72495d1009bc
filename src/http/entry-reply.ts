/** The answer to one entry of a batch or transaction, as text. https://hl7.org/fhir/R4/http.html#transaction-response */
import { STATUS_CODES } from 'node:http';
import type { BatchResult } from '../interactions/batch.ts';
import { type Entry, isRead, type UnreadableEntry } from '../interactions/entry.ts';
import type { EntryResult } from '../interactions/transaction.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { information } from '../kernel/issue.ts';
import { operationOutcome } from '../kernel/outcome.ts';
import type { Prefer } from './negotiate.ts';
import { storedNotice } from './reply.ts';

export function entryText(
  ctx: Ctx,
  entry: Entry | UnreadableEntry,
  result: BatchResult,
  prefer: Prefer,
): string {
  const response = [
    `"status":${JSON.stringify(`${result.status} ${STATUS_CODES[result.status] ?? ''}`.trim())}`,
  ];
  const parts: string[] = [];
  if ('outcome' in result) response.push(`"outcome":${JSON.stringify(result.outcome)}`);
  else if (!('error' in entry)) {
    const resource = resourceOf(entry, result, prefer);
    const { stored } = result;
    if (stored) {
      const url = `${ctx.base}/${stored.type}/${stored.id}`;
      parts.push(`"fullUrl":"${url}"`);
      response.push(
        `"location":"${url}/_history/${stored.version}"`,
        `"etag":"W/\\"${stored.version}\\""`,
        `"lastModified":"${new Date(stored.updated).toISOString()}"`,
      );
    }
    if (resource !== undefined) parts.push(`"resource":${resource}`);
    if (prefer.return === 'OperationOutcome' && !isRead(entry)) {
      response.push(`"outcome":${JSON.stringify(outcomeOf(ctx, result))}`);
    }
  }
  return `{${[...parts, `"response":{${response.join(',')}}`].join(',')}}`;
}

/** What is read is always told; what is written, as the client prefers. */
function resourceOf(entry: Entry, { stored, text, status }: EntryResult, prefer: Prefer): string | undefined {
  if (entry.method === 'HEAD' || status === 304) return undefined;
  if (isRead(entry)) return text;
  return prefer.return === 'representation' ? (stored?.content ?? undefined) : undefined;
}

function outcomeOf(ctx: Ctx, { status, stored, issues = [] }: EntryResult) {
  const notice = stored
    ? storedNotice({ ...stored, status })
    : information({
        en: 'What there was is deleted; its history stays.',
        zh: '资源(如存在)已删除,历史版本保留。',
      });
  return operationOutcome([...issues, notice], ctx.lang);
}
