/**
 * ADT and ORU^R01 of HL7 v2 as FHIR messages: https://hl7.org/fhir/R4/messaging.html. What comes of them is what would
 * have come of the FHIR message. Pure.
 */
import type { Resource } from '../../../../kernel/contribution.ts';
import { first, type Segment, segmentsOf, text, V2Fault, type V2Message } from './er7.ts';
import { encounterOf, identifiersOf, patientOf } from './patient.ts';
import { observationOf, type Place, reportOf } from './results.ts';
import { dateTime } from './values.ts';

const EVENT = 'http://terminology.hl7.org/CodeSystem/v2-0003';

interface Entry {
  readonly fullUrl: string;
  readonly resource: Resource;
}

/** Throws V2Fault for what is no ADT or ORU, or lacks what tells it from others. */
export function fhirMessage(message: V2Message): Resource {
  const msh = first(message, 'MSH')!;
  const [type, event, id] = [text(msh, 9, 1), text(msh, 9, 2), text(msh, 10)];
  if (id === '') throw new V2Fault('MSH-10, the number of the message, is empty', 1);
  if (type !== 'ADT' && !(type === 'ORU' && event === 'R01')) {
    throw new V2Fault(`MSH-9 is ${type}^${event}: ADT and ORU^R01 are understood`, 1);
  }
  const facility = text(msh, 4) || text(msh, 3);
  if (facility === '') throw new V2Fault('MSH-3 and MSH-4 do not say who sends', 1);
  const sent = dateTime(text(msh, 7));
  if (!sent.includes('T')) throw new V2Fault('MSH-7, when the message was sent, has no time', 1);
  const pid = first(message, 'PID');
  if (!pid || identifiersOf(pid, 3, facility).length === 0) {
    throw new V2Fault('PID-3 has no number of the patient', 1);
  }
  const entries = entriesOf(message, pid, event, facility);
  const endpoint = `urn:hl7v2:${encodeURIComponent(facility)}:${encodeURIComponent(text(msh, 3))}`;
  const header: Resource = {
    resourceType: 'MessageHeader',
    id,
    eventCoding: { system: EVENT, code: event },
    source: { name: text(msh, 3) || facility, endpoint },
    focus: entries.map((e) => ({ reference: e.fullUrl })),
  };
  return {
    resourceType: 'Bundle',
    type: 'message',
    timestamp: sent,
    entry: [{ fullUrl: 'urn:v2:header', resource: header }, ...entries],
  };
}

function entriesOf(message: V2Message, pid: Segment, event: string, facility: string): Entry[] {
  const patient: Entry = { fullUrl: 'urn:v2:patient', resource: patientOf(pid, facility) };
  const entries = [patient];
  const pv1 = first(message, 'PV1');
  const encounter = pv1 && encounterOf(pv1, event, patient.fullUrl, facility);
  if (encounter) entries.push({ fullUrl: 'urn:v2:encounter', resource: encounter });
  const mrg = first(message, 'MRG');
  if (event === 'A40') {
    if (!mrg || identifiersOf(mrg, 1, facility).length === 0) {
      throw new V2Fault('MRG-1 does not say which record is replaced', 1);
    }
    entries.push(mergedInto(patient, mrg, facility));
  }
  const place: Place = {
    facility,
    patient: patient.fullUrl,
    encounter: encounter && 'urn:v2:encounter',
    performer: { display: facility },
  };
  for (const obr of segmentsOf(message, 'OBR')) entries.push(...resultsOf(message, obr, place));
  return entries;
}

/** A40: the record of MRG-1 is replaced by that of PID. */
function mergedInto(patient: Entry, mrg: Segment, facility: string): Entry {
  const resource = {
    resourceType: 'Patient',
    identifier: identifiersOf(mrg, 1, facility),
    active: false,
    link: [{ other: { reference: patient.fullUrl }, type: 'replaced-by' }],
  };
  return { fullUrl: 'urn:v2:merged', resource };
}

/** An OBR with the OBX that follow it, up to the next. */
function resultsOf(message: V2Message, obr: Segment, place: Place): Entry[] {
  const at = message.segments.indexOf(obr);
  const behind = message.segments.slice(at + 1);
  const next = behind.findIndex((s) => s.name === 'OBR');
  const own = next < 0 ? behind : behind.slice(0, next);
  const number = segmentsOf(message, 'OBR').indexOf(obr);
  const results = own.flatMap((obx, i): Entry[] => {
    if (obx.name !== 'OBX') return [];
    const rest = own.slice(i + 1);
    const end = rest.findIndex((s) => s.name !== 'NTE');
    const notes = end < 0 ? rest : rest.slice(0, end);
    const fullUrl = `urn:v2:result-${number}-${i}`;
    return [{ fullUrl, resource: observationOf(obx, obr, notes, place) }];
  });
  const report = reportOf(
    obr,
    results.map((r) => r.fullUrl),
    place,
  );
  return [...results, { fullUrl: `urn:v2:report-${number}`, resource: report }];
}
