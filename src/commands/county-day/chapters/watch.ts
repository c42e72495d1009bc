/** Disease control is refused, and the platform shows who asked for what of this resident today. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Chapter } from '../chapter.ts';
import { ZHANG_SAN } from '../people.ts';
import type { Words } from '../say.ts';
import { ask, type Day, type Exchange, hold, place, request, resourcesOf, withPages } from '../systems.ts';

const WORDS = {
  searchRefused: {
    en: 'Disease control has no right to laboratory results: refused.',
    zh: '疾控中心无权查看检验结果:拒绝。',
  },
  readRefused: { en: 'Nor to this report: refused.', zh: '也无权查看该报告:拒绝。' },
  audited: {
    en: '{found} of {expected} requests of today are in the audit trail of this resident.',
    zh: '今日 {expected} 个请求中,{found} 个已在该居民的审计记录中。',
  },
  auditedReport: {
    en: 'What was asked of the report, the refusal among it.',
    zh: '对该报告的访问记录,含被拒绝的一次。',
  },
  auditLine: {
    en: 'step {step}  {client}  {method} {path}  {outcome}',
    zh: '第 {step} 步  {client}  {method} {path}  {outcome}',
  },
  recorded: { en: 'recorded', zh: '已记录' },
  refusalRecorded: { en: 'refusal recorded', zh: '拒绝已记录' },
  shouldBeAudited: {
    en: 'the audit trail should hold {method} {path} of step {step} (request {request})',
    zh: '审计记录应含第 {step} 步的 {method} {path}(请求 {request})',
  },
  shouldBeRefused: {
    en: 'the audit trail should hold {path} as a refusal',
    zh: '审计记录应将 {path} 记为拒绝',
  },
} satisfies Words;

const PATIENCE_MS = 5_000;

async function live(day: Day): Promise<void> {
  const [patient, report] = [place(day, 'patient'), place(day, 'report')];
  const search = await ask(day, 'cdc', 'GET', `Observation?patient=${patient}`, 403);
  day.say.meaning(WORDS.searchRefused);
  const opening = await ask(day, 'cdc', 'GET', report, 403);
  day.say.meaning(WORDS.readRefused);
  const names = [ZHANG_SAN, ...day.places.values()];
  const expected = day.exchanges.filter((exchange) => exchange !== opening && isAbout(exchange, names));

  const trail = await trailOf(day, `AuditEvent?patient=${patient}&_sort=-date&_count=100`, expected);
  const found = expected.filter((exchange) => trail.eventOf(exchange));
  day.say.meaning(WORDS.audited, { found: found.length, expected: expected.length });
  for (const exchange of expected) show(day, exchange, trail);
  holdRefusal(day, search, trail);

  // A refusal by type is decided before anything is read, so this one is kept by the report and not by the resident.
  const reportTrail = await trailOf(day, `AuditEvent?entity=${report}&_sort=-date&_count=100`, [opening]);
  day.say.meaning(WORDS.auditedReport);
  show(day, opening, reportTrail);
  holdRefusal(day, opening, reportTrail);
}

/**
 * Whether a request speaks of the resident: by number, or by a resource that is the resident's. What could not be
 * carried out (422) changed and showed nothing.
 */
function isAbout({ status, path, sent }: Exchange, names: readonly string[]): boolean {
  return status !== 422 && names.some((name) => path.includes(name) || sent.includes(name));
}

interface Trail {
  readonly answer: Exchange;
  eventOf(exchange: Exchange): AuditEvent | undefined;
}

/** The audit trail, asked again for a few seconds: records may be written just after the answer. */
async function trailOf(day: Day, path: string, expected: readonly Exchange[]): Promise<Trail> {
  const complete = (answer: Exchange) => {
    const trail = read(answer);
    return expected.every((exchange) => trail.eventOf(exchange));
  };
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const answer = await withPages(day, await request(day, 'platform', 'GET', path), complete);
    if (complete(answer)) break;
    await sleep(250);
  }
  return read(await withPages(day, await ask(day, 'platform', 'GET', path, 200), complete));
}

/** Events by the id of the request they record. */
function read(answer: Exchange): Trail {
  const events = resourcesOf(answer, 'AuditEvent').map((event) => ({ event, text: JSON.stringify(event) }));
  return {
    answer,
    eventOf: ({ requestId }) => events.find(({ text }) => text.includes(requestId))?.event,
  };
}

function show(day: Day, exchange: Exchange, trail: Trail): void {
  const { step, client, method, path, requestId } = exchange;
  const event = trail.eventOf(exchange);
  hold(event, day, trail.answer, WORDS.shouldBeAudited, { step, method, path, request: requestId });
  const outcome = day.say.text(refused(event) ? WORDS.refusalRecorded : WORDS.recorded);
  day.say.line(WORDS.auditLine, { step, client, method, path, outcome });
}

function holdRefusal(day: Day, exchange: Exchange, trail: Trail): void {
  const event = trail.eventOf(exchange);
  hold(event && refused(event), day, trail.answer, WORDS.shouldBeRefused, { path: exchange.path });
}

/** https://hl7.org/fhir/R4/valueset-audit-event-outcome.html: 0 is success, all others are failures. */
function refused({ outcome }: AuditEvent): boolean {
  return outcome !== undefined && outcome !== '0';
}

export const watch: Chapter = {
  heading: { en: 'Who may not look, and who looked', zh: '谁无权查看,谁查看过' },
  words: WORDS,
  live,
};
