/** The search parameters of each type, compiled: what the index writer and the query reader both work from. */
import type { Definitions, SearchParam } from '../definitions/definitions.ts';
import { type Composite, compileComposites } from './composite.ts';
import { compileExpression, type Extractor, isComputed, parseExpression } from './expression.ts';
import { type JsonPath, jsonPaths } from './json-path.ts';
import { parameterKey } from './tokens.ts';

export interface Parameter {
  readonly code: string;
  readonly kind:
    | 'token'
    | 'string'
    | 'reference'
    | 'date'
    | 'number'
    | 'quantity'
    | 'uri'
    | 'composite'
    | 'special';
  readonly url: string;
  readonly targets: readonly string[];
  readonly description: string;
  /** `Observation:code:` */
  readonly key: string;
  readonly extract: Extractor;
  /** Where its values are in the stored text; undefined when they are computed. */
  readonly paths: readonly JsonPath[] | undefined;
  /** Answered by the `patient` column when the reference is to a Patient, so no token row is written for it. */
  readonly isPatient: boolean;
  /** Answered by the `date` and `date_end` columns. */
  readonly isMainDate: boolean;
  /** Other parameters that together find the same values (`combo-code`): then it has no rows of its own. */
  readonly parts: readonly Parameter[];
  /** Systems, with their codes, that a bare `code` element implies through its required binding. */
  readonly impliedSystems: ReadonlyMap<string, ReadonlySet<string>>;
  readonly composite?: Composite;
}

export interface TypeParameters {
  readonly byCode: ReadonlyMap<string, Parameter>;
  readonly mainDate?: Parameter;
  readonly patient?: Parameter;
}

export type Parameters = (type: string) => TypeParameters;

/**
 * The date parameter that orders a type's resources in time: effective, period, authored, due. A type
 * that is not named here, and has no plain `date`, is ordered by its last update.
 */
const MAIN_DATE: Readonly<Record<string, string>> = {
  Condition: 'recorded-date',
  Communication: 'sent',
  CommunicationRequest: 'authored',
  Contract: 'issued',
  DeviceRequest: 'authored-on',
  DeviceUseStatement: '',
  Goal: 'start-date',
  ImagingStudy: 'started',
  Invoice: 'date',
  Media: 'created',
  MedicationAdministration: 'effective-time',
  MedicationDispense: 'whenhandedover',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  NutritionOrder: 'datetime',
  Provenance: 'recorded',
  QuestionnaireResponse: 'authored',
  ServiceRequest: 'authored',
  Slot: 'start',
  Specimen: 'collected',
  Task: 'authored-on',
  VisionPrescription: 'datewritten',
};

/** Parameters that name the one patient a resource is about, in this order of preference. */
const PATIENT_CODES = ['patient', 'subject', 'beneficiary'];

/** Handled by the engine itself, not through an index row. */
const ENGINE_CODES = new Set([
  '_id',
  '_lastUpdated',
  '_text',
  '_content',
  '_query',
  '_filter',
  '_has',
  '_list',
  '_type',
]);

/** Compiles lazily, type by type; throws an Error naming the parameter whose expression is not understood. */
export function createParameters(definitions: Definitions): Parameters {
  const cache = new Map<string, TypeParameters>();
  return (type) => {
    let found = cache.get(type);
    if (!found) {
      found = compileType(definitions, type);
      cache.set(type, found);
    }
    return found;
  };
}

function compileType(definitions: Definitions, type: string): TypeParameters {
  const all = [...definitions.searchParams(type).values()].filter(
    (p) => !ENGINE_CODES.has(p.code) && p.expression,
  );
  const params = all.filter((p) => p.type !== 'composite' && (p.type !== 'special' || p.code === 'near'));
  const mainCode = MAIN_DATE[type] ?? 'date';
  const main = params.find((p) => p.code === mainCode && p.type === 'date');
  const patient = patientParameter(definitions, type, params);
  const make = (
    p: SearchParam,
    more: Partial<Parameter> & Pick<Parameter, 'extract' | 'paths'>,
  ): Parameter => ({
    code: p.code,
    kind: p.type,
    url: p.url,
    targets: p.targets,
    description: p.description,
    key: parameterKey(type, p.code),
    isPatient: patient !== undefined && p.type === 'reference' && pathOf(p) === pathOf(patient),
    isMainDate: p === main,
    parts: [],
    impliedSystems: impliedSystems(definitions, type, p),
    ...more,
  });
  const simple = new Map<string, Parameter>();
  for (const p of params) {
    const extract = compileExpression(definitions, type, p.expression);
    simple.set(p.code, make(p, { extract, paths: jsonPaths(definitions, type, p.expression) }));
  }
  for (const p of params) {
    const parts = partsOf(type, p, params).map(({ code }) => simple.get(code)!);
    if (parts.length > 0) simple.set(p.code, { ...simple.get(p.code)!, parts });
  }
  const composites = compileComposites(definitions, type, all, simple, make);
  const byCode = new Map([...simple, ...composites.map((c) => [c.code, c] as const)]);
  return { byCode, mainDate: main && byCode.get(main.code), patient: patient && byCode.get(patient.code) };
}

/** Parameters of the same type whose expressions together are that of `p`; none when some of it is its own. */
function partsOf(type: string, p: SearchParam, params: readonly SearchParam[]): SearchParam[] {
  if ((p.type !== 'token' && p.type !== 'quantity') || isComputed(p.expression)) return [];
  const branches = (q: SearchParam) =>
    new Set(parseExpression(type, q.expression).map((steps) => JSON.stringify(steps)));
  const left = branches(p);
  const whole = left.size;
  const parts: SearchParam[] = [];
  for (const q of params) {
    if (q.type !== p.type || isComputed(q.expression)) continue;
    const of = branches(q);
    if (of.size === whole || ![...of].every((branch) => left.has(branch))) continue;
    for (const branch of of) left.delete(branch);
    parts.push(q);
  }
  return left.size === 0 ? parts : [];
}

/** The path of a reference expression, without the filter on the referenced type. */
function pathOf(p: SearchParam): string {
  return p.expression.replace(/\.where\(resolve\(\) is \w+\)/g, '').trim();
}

/** Only a single, non-repeating reference can be answered by a column. */
function patientParameter(
  definitions: Definitions,
  type: string,
  params: readonly SearchParam[],
): SearchParam | undefined {
  for (const code of PATIENT_CODES) {
    const param = params.find((p) => p.code === code && p.type === 'reference');
    const path = param && /^(\w+)\.(\w+)$/.exec(pathOf(param));
    if (!path || path[1] !== type) continue;
    const child = definitions.children(type).get(path[2]!);
    if (child && !child.element.array && param.targets.includes('Patient')) return param;
  }
  return undefined;
}

/** `gender=http://hl7.org/fhir/administrative-gender|male` works although `Patient.gender` is a bare code. */
function impliedSystems(definitions: Definitions, type: string, p: SearchParam): Parameter['impliedSystems'] {
  const systems = new Map<string, ReadonlySet<string>>();
  if (p.type !== 'token') return systems;
  for (const branch of p.expression.split('|')) {
    const names = branch.trim().split('.');
    if (names.shift() !== type) continue;
    let at = type;
    let element: { binding?: { valueSet?: string }; type?: string } | undefined;
    for (const name of names) {
      const child = definitions.children(at).get(name);
      if (!child) {
        element = undefined;
        break;
      }
      at = child.type;
      element = { binding: child.element.binding, type: child.type };
    }
    if (element?.type !== 'code' || !element.binding?.valueSet) continue;
    for (const [system, codes] of definitions.valueSet(element.binding.valueSet) ?? []) {
      systems.set(system, new Set([...(systems.get(system) ?? []), ...codes]));
    }
  }
  return systems;
}
