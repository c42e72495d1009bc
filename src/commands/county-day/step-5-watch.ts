/** Disease control is refused, and the platform shows who asked for what of this resident today. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Stored } from './step-1-report.ts';
import { ask, type Day, type Exchange, hold, request, resourcesOf, withPages } from './systems.ts';

const PATIENCE_MS = 5_000;

export async function watch(day: Day, stored: Stored): Promise<void> {
  const patient = stored.get('patient')!;
  const report = stored.get('report')!;
  const search = await ask(day, 'cdc', 'GET', `Observation?patient=${patient}`, 403);
  day.say.meaning('searchRefused');
  const opening = await ask(day, 'cdc', 'GET', report, 403);
  day.say.meaning('readRefused');
  const expected = day.exchanges.filter(
    (exchange) => exchange !== opening && namesPatient(exchange, patient, stored),
  );

  const trail = await trailOf(day, `AuditEvent?patient=${patient}&_sort=-date&_count=100`, expected);
  const found = expected.filter((exchange) => trail.eventOf(exchange));
  day.say.meaning('audited', { found: found.length, expected: expected.length });
  for (const exchange of expected) show(day, exchange, trail);
  holdRefusal(day, search, trail);

  // A refusal by type is decided before anything is read, so this one is kept by the report and not by the resident.
  const reportTrail = await trailOf(day, `AuditEvent?entity=${report}&_sort=-date&_count=100`, [opening]);
  day.say.meaning('auditedReport');
  show(day, opening, reportTrail);
  holdRefusal(day, opening, reportTrail);
}

/**
 * Requests that speak of this resident by reference: the transaction, reads of what it stored, searches by
 * patient, operations. A search among all residents is no access to one of them until it is opened.
 */
function namesPatient({ path, status, method }: Exchange, patient: string, stored: Stored): boolean {
  if (status === 422) return false;
  // When a doctor has time is nobody's record.
  if (path === 'Schedule' || path === 'Slot') return false;
  if (method === 'POST' || path.includes(`patient=${patient}`)) return true;
  return [...stored].some(([part, location]) => part !== 'evidence' && location === path);
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
  hold(event, day, trail.answer, 'shouldBeAudited', { step, method, path, request: requestId });
  const outcome = day.say.text(refused(event) ? 'auditRefused' : 'auditDone');
  day.say.line('auditLine', { step, client, method, path, outcome });
}

function holdRefusal(day: Day, exchange: Exchange, trail: Trail): void {
  const event = trail.eventOf(exchange);
  hold(event && refused(event), day, trail.answer, 'shouldBeRefused', { path: exchange.path });
}

/** https://hl7.org/fhir/R4/valueset-audit-event-outcome.html: 0 is success, all others are failures. */
function refused({ outcome }: AuditEvent): boolean {
  return outcome !== undefined && outcome !== '0';
}
