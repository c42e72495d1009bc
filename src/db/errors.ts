/**
 * What a failure of PostgreSQL, or of the way to it, means to a client. One place decides; whatever it
 * does not know stays as it is, and is a bug.
 */
import { FhirError, failure, malformed, tooCostly, transient } from '../kernel/fhir-error.ts';
import { problem } from '../kernel/issue.ts';
import { AnswerTooLarge } from './answer-limit.ts';

/** Failures that vanish when the whole transaction runs again: serialization failure and deadlock. */
const RETRYABLE = new Set(['40001', '40P01']);

/** Raised by `parameters_changed()`: index rows were made with search parameters that are not the current ones. */
const OUTDATED_ROWS = new Set(['XT001']);

/** What others write at the same time was in the way, time and again: what is retryable, and waiting too long for a lock. */
const CONTENDED = new Set([...RETRYABLE, '55P03']);

/** Being shut down, starting up, out of connections; `25006` is a server that has become a standby. */
const TRANSIENT_STATES = new Set(['25006', '25P03', '53300', '57P01', '57P02', '57P03', '57P05']);

/** The machine of the database has no more room, on disk (`53100`, `58030`) or in memory. */
const EXHAUSTED_STATES = new Set(['53000', '53100', '53200', '53400', '58000', '58030']);

/** The character NUL, as a byte or escaped in JSON. */
const UNKEPT_STATES = new Set(['22021', '22P05']);

/** What the driver says when a statement got no answer within `query_timeout`. */
const UNANSWERED = 'Query read timeout';

/** Codes of the operating system for a server that is not there, or no longer. */
const LOST = new Set([
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTCONN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** Codes that mean the same, but only while connecting: no socket file, a full backlog, no such host. */
const LOST_WHILE_CONNECTING = new Set(['EAGAIN', 'EAI_AGAIN', 'ENOENT', 'ENOTFOUND']);

/** What the driver says, without any code, when a connection is gone or cannot be had in time. */
const LOST_MESSAGES = [
  'Connection terminated',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Cannot use a pool after calling end on the pool',
];

/** The FhirError that a database failure amounts to; anything else comes back as it is. */
export function toFhirError(error: unknown): unknown {
  if (error instanceof FhirError) return error;
  const state = sqlState(error);
  if (state === '57014' || isUnanswered(error)) return withCause(tookTooLong(), error);
  if (error instanceof AnswerTooLarge) return withCause(answerTooLarge(), error);
  if (state !== undefined && EXHAUSTED_STATES.has(state)) return withCause(exhausted(), error);
  if (state !== undefined && CONTENDED.has(state)) return withCause(contended(), error);
  if (state !== undefined && (TRANSIENT_STATES.has(state) || state.startsWith('08'))) return transient(error);
  if (isUnkept(state, error)) return withCause(unkept(), error);
  if (isOutdatedRows(error)) return withCause(parametersChanged(), error);
  if (isConnectionLost(error)) return transient(error);
  return error;
}

/**
 * The FhirError for a change whose connection broke before the database answered. Unlike other
 * transient failures it must not promise that nothing was changed.
 */
export function uncertainOutcome(cause: unknown): FhirError {
  const error = failure(
    'transient',
    [
      problem('transient', {
        en: 'The connection to the database broke before it confirmed the change, so the change may or may not have been saved. Read it back before you send it again.',
        zh: '数据库在确认更改之前连接中断,更改可能已保存,也可能未保存。请先读取核对,再决定是否重新提交。',
      }),
    ],
    { 'retry-after': '2' },
  );
  return withCause(error, cause);
}

/** Whether the failure, or what caused it, goes away when the transaction is run again. */
export function isRetryable(error: unknown): boolean {
  return isOf(RETRYABLE, error);
}

/** Whether the index rows to be written must be made anew, with the search parameters of now. */
export function isOutdatedRows(error: unknown): boolean {
  return isOf(OUTDATED_ROWS, error);
}

function isOf(states: ReadonlySet<string>, error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    if (states.has(sqlState(at) ?? '')) return true;
  }
  return false;
}

/** Whether the way to the server is gone, with no word from the server itself. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error) || sqlState(error) !== undefined) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code !== undefined && LOST.has(code)) return true;
  if (code !== undefined && LOST_WHILE_CONNECTING.has(code)) {
    return syscall === 'connect' || syscall === 'getaddrinfo';
  }
  return LOST_MESSAGES.some((message) => error.message.startsWith(message));
}

/** Whether the connection that raised this failure is of no further use. */
export function isConnectionSpent(error: unknown): boolean {
  if (isConnectionLost(error) || isUnanswered(error) || error instanceof AnswerTooLarge) return true;
  const severity = (error as { severity?: unknown } | undefined)?.severity;
  return severity === 'FATAL' || severity === 'PANIC';
}

/** The five characters by which PostgreSQL names a failure. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return typeof code === 'string' && code.length === 5 && severity !== undefined ? code : undefined;
}

function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === UNANSWERED;
}

/** A text that PostgreSQL keeps nowhere: with NUL, or with half of a surrogate pair, which is no JSON to it. */
function isUnkept(state: string | undefined, error: unknown): boolean {
  if (state === '22P02') return (error as Error).message === 'invalid input syntax for type json';
  return state !== undefined && UNKEPT_STATES.has(state);
}

function unkept(): FhirError {
  return malformed({
    en: 'A text of the request has the character NUL (U+0000), or half of a character (a lone surrogate), which cannot be kept. Leave it out.',
    zh: '请求中的文本含有 NUL 字符(U+0000)或不完整的字符(孤立代理项),无法保存。请去除后重新提交。',
  });
}

function answerTooLarge(): FhirError {
  return tooCostly({
    en: 'The answer is larger than 64 MB. Ask for fewer results at a time, with a smaller _count.',
    zh: '应答超过 64 MB。请用较小的 _count 减少每次返回的数量。',
  });
}

function contended(): FhirError {
  return failure(
    'transient',
    [
      problem('transient', {
        en: 'Others are changing the same records just now, and this request did not get its turn; nothing was changed. Please try again shortly.',
        zh: '其他请求正在更改同一批记录,本请求未能轮到,未做任何更改。请稍后重试。',
      }),
    ],
    { 'retry-after': '2' },
  );
}

function exhausted(): FhirError {
  return failure(
    'transient',
    [
      problem('transient', {
        en: 'The database has no more room, on its disk or in its memory; nothing was changed. Whoever runs this server must make room; then the same request succeeds.',
        zh: '数据库的磁盘空间或内存已用尽,未做任何更改。请运维人员释放空间,之后可重新提交同一请求。',
      }),
    ],
    { 'retry-after': '30' },
  );
}

function tookTooLong(): FhirError {
  return failure('timeout', [
    problem('timeout', {
      en: 'The database took too long and was stopped; nothing was changed. Narrow the request, or ask for fewer results at a time.',
      zh: '数据库处理超时,已被中止,未做任何更改。请缩小请求范围,或减少每次返回的数量。',
    }),
  ]);
}

function parametersChanged(): FhirError {
  return failure(
    'transient',
    [
      problem('transient', {
        en: 'The search parameters of this server are just being changed; nothing was written. Please try again shortly.',
        zh: '服务器的检索参数正在变更,未写入任何内容。请稍后重试。',
      }),
    ],
    { 'retry-after': '2' },
  );
}

function withCause(error: FhirError, cause: unknown): FhirError {
  error.cause = cause;
  return error;
}
