/**
 * `X-Break-Glass: <reason>`: an emergency, in which the record of one resident is opened. Which one says the request
 * itself, when it is about one (`Patient/x`, `Patient/x/$everything`, `Observation?patient=x`), or else the header
 * `X-Break-Glass-Patient: Patient/x`.
 */
import type { FastifyRequest } from 'fastify';
import { BREAK_THE_GLASS } from '../access/reach.ts';
import type { Purpose } from '../kernel/ctx.ts';
import { BREAK_GLASS_HEADER, BREAK_GLASS_PATIENT_HEADER } from '../kernel/emergency-headers.ts';
import { malformed } from '../kernel/fhir-error.ts';
import { pathOf } from './methods.ts';

const MAX_REASON = 500;
const PATIENT = /^(?:Patient\/)?([A-Za-z0-9.-]{1,64})$/;
/** Parameters that name the resident of a record; `subject` with its type. */
const OF_PATIENT: readonly (readonly [string, RegExp])[] = [
  ['patient', PATIENT],
  ['subject', /^Patient\/([A-Za-z0-9.-]{1,64})$/],
  ['subject:Patient', PATIENT],
];

type Asked = Pick<FastifyRequest, 'headers' | 'url'>;

/** Throws `malformed` when no reason is said, or not whose record it is. */
export function emergencyOf(request: Asked): Purpose | undefined {
  const header = request.headers[BREAK_GLASS_HEADER.toLowerCase()];
  if (header === undefined) return undefined;
  const reason = decoded(String(header)).trim();
  if (reason === '' || reason.length > MAX_REASON) throw noReason();
  const named = request.headers[BREAK_GLASS_PATIENT_HEADER.toLowerCase()];
  const patient = named === undefined ? residentIn(request.url) : PATIENT.exec(String(named).trim())?.[1];
  if (patient === undefined) throw nobodyNamed();
  return { code: BREAK_THE_GLASS, reason, patient };
}

/** Id of the Patient whom an address is about, and nobody else. */
function residentIn(url: string): string | undefined {
  const [type, id] = pathOf(url);
  const query = new URLSearchParams(url.split('?', 2)[1] ?? '');
  if (type === 'Patient' && id !== undefined && !/^[_$]/.test(id)) return id;
  const named = new Set(
    OF_PATIENT.flatMap(([name, form]) => query.getAll(name).map((value) => form.exec(value)?.[1])),
  );
  if (type === 'Patient') for (const value of query.getAll('_id')) named.add(PATIENT.exec(value)?.[1]);
  const [one] = named;
  return named.size === 1 ? one : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function noReason() {
  return malformed(
    {
      en: `X-Break-Glass says why the record is needed at once, in at most ${MAX_REASON} characters; what is not ASCII is percent-encoded.`,
      zh: `X-Break-Glass 应说明紧急调阅的理由,不超过 ${MAX_REASON} 个字符;非 ASCII 字符须百分号编码。`,
    },
    BREAK_GLASS_HEADER,
  );
}

function nobodyNamed() {
  return malformed(
    {
      en: 'X-Break-Glass opens the record of one resident. Ask for what is of one (Patient/<id>, patient=<id>), or say whose record it is: X-Break-Glass-Patient: Patient/<id>.',
      zh: 'X-Break-Glass 仅开放一名居民的记录。请求应针对一名居民(Patient/<id>、patient=<id>),或以 X-Break-Glass-Patient: Patient/<id> 指明。',
    },
    BREAK_GLASS_PATIENT_HEADER,
  );
}
