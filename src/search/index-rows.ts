/**
 * A resource -> the rows that make it findable. Pure; the store writes what this returns, and on an update
 * writes only the difference to what it returned for the version before.
 */
import type { MarksOf } from '../access/marks.ts';
import type { MoreKeys, Resource } from '../kernel/contribution.ts';
import { securityContextOf } from '../kernel/security-context.ts';
import { indexOpenWork } from './open-work.ts';
import type { Parameters } from './parameters.ts';
import { type IndexRows, Rows } from './rows.ts';
import { featureToken } from './tokens.ts';
import { searchTypes } from './types/all.ts';

export type IndexRowsOf = (resource: Record<string, unknown>) => IndexRows;

/**
 * `base` is the FHIR base of this server: absolute references below it are indexed as relative ones. `more`: what
 * features find resources by.
 */
export function createIndexRows(
  parameters: Parameters,
  base: string,
  marksOf: MarksOf = () => new Set(),
  more: readonly MoreKeys[] = [],
): IndexRowsOf {
  return (resource) => {
    const { indexed, mainDate, patient } = parameters(resource.resourceType as string);
    const rows = new Rows();
    rows.parameters = parameters.version;
    rows.dated = mainDate !== undefined;
    for (const parameter of indexed) {
      if (parameter.parts.length > 0) continue;
      const values = parameter.extract(resource);
      if (values.length === 0) continue;
      const { index } = searchTypes[parameter.kind];
      for (const value of values) index(rows, parameter, value, base);
    }
    indexOpenWork(rows, resource.resourceType as string);
    for (const { type, keysOf } of more) {
      if (type !== resource.resourceType) continue;
      for (const key of keysOf(resource as Resource)) rows.tokens.add(featureToken(type, key));
    }
    const marks = marksOf(resource);
    // A Patient is its own record, whatever it says it is linked to: `linkedPatients` says whose record both are.
    if (!patient && resource.resourceType !== 'Patient')
      for (const mark of recordMarks(resource as Resource, rows.tokens, base)) marks.add(mark);
    rows.marks = marks;
    return rows;
  };
}

/** Types whose Patients are records of one person. */
const OF_ONE_PERSON: ReadonlySet<string> = new Set(['Linkage', 'Person']);

/**
 * In whose record a resource is that has no one patient. What is about several people (a group, a lecture) is in
 * nobody's: it would tell each of them about the others.
 */
function recordMarks(resource: Resource, tokens: ReadonlySet<string>, base: string): string[] {
  const type = resource.resourceType;
  const patients = type === 'Binary' ? contextIn(resource, base) : [...new Set(patientsIn(tokens))];
  return patients.length === 1 || OF_ONE_PERSON.has(type) ? patients.map((id) => `p:${id}`) : [];
}

/** `Appointment:actor:rPatient/1` */
const OF_PATIENT = /^\w+:[^:]+:rPatient\/([A-Za-z0-9.-]{1,64})$/;

/** The patients whom a resource refers to that has no one patient. */
function patientsIn(tokens: ReadonlySet<string>): string[] {
  return [...tokens].flatMap((text) => OF_PATIENT.exec(text)?.[1] ?? []);
}

/** The Patient to whose record a Binary says that it belongs. What belongs to anything else: `interactions/belonging.ts`. */
function contextIn(binary: Resource, base: string): string[] {
  const context = securityContextOf(binary, base);
  return context?.type === 'Patient' ? [context.id] : [];
}
