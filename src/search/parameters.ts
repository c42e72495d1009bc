/** The search parameters of each type, compiled: what the index writer and the query reader both work from. */
import type { Definitions, SearchParam } from '../definitions/definitions.ts';
import { type Composite, compileComposites } from './composite.ts';
import type { CustomParameter, CustomParameters } from './custom-parameters.ts';
import type { Declared } from './declared.ts';
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
  /** The expression, without filters on the type that is referred to. */
  readonly path: string;
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
  /** The UCUM unit of a spelling that is none: see Definitions. */
  readonly ucumOf: Definitions['ucumOf'];
  readonly composite?: Composite;
  /** How it may be asked, when a client that made it limits that. */
  readonly declared?: Declared;
}

export interface TypeParameters {
  /** What searches may use. */
  readonly byCode: ReadonlyMap<string, Parameter>;
  /** What resources are indexed by: those, and what is not usable yet. */
  readonly indexed: readonly Parameter[];
  /** Not usable yet: code -> how much of the resources is indexed, in percent. */
  readonly building: ReadonlyMap<string, number>;
  readonly mainDate?: Parameter;
  readonly patient?: Parameter;
}

export interface Parameters {
  (type: string): TypeParameters;
  /** Of the set of parameters that resources are indexed by; see `custom-parameters.ts`. */
  readonly version: number;
  /** Those that clients made; another value whenever any of it has changed. */
  readonly custom: CustomParameters;
}

export interface ParameterSet extends Parameters {
  /** The parameters that clients made, in the place of those of before. */
  use(custom: CustomParameters): void;
}

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
export function createParameters(definitions: Definitions): ParameterSet {
  const ofPackages = new Map<string, TypeParameters>();
  let all = new Map<string, TypeParameters>();
  let custom: CustomParameters = { version: 0, parameters: [] };
  const packages = (type: string) => {
    const found = ofPackages.get(type) ?? compileType(definitions, type);
    ofPackages.set(type, found);
    return found;
  };
  const of = (type: string) => {
    let found = all.get(type);
    if (!found) {
      const more = custom.parameters.filter((p) => p.types.includes(type));
      found = more.length === 0 ? packages(type) : withCustom(definitions, type, packages(type), more);
      all.set(type, found);
    }
    return found;
  };
  return Object.defineProperties(of as ParameterSet, {
    version: { get: () => custom.version },
    custom: { get: () => custom },
    use: {
      value: (next: CustomParameters) => {
        custom = next;
        all = new Map();
      },
    },
  });
}

/** Those of the packages, and those that clients made: the latter never order a type, nor tell its patient. */
function withCustom(
  definitions: Definitions,
  type: string,
  packages: TypeParameters,
  more: readonly CustomParameter[],
): TypeParameters {
  const byCode = new Map(packages.byCode);
  const indexed = [...packages.indexed];
  const building = new Map<string, number>();
  const asked = more.map((custom) => ({ custom, p: definitions.searchParam(custom.definition, type) }));
  const make = (p: SearchParam, values: Partial<Parameter> & Values) => {
    const { custom } = asked.find((one) => one.p === p)!;
    const parameter = makeParameter(definitions, type, p, packages.patient?.path, {
      ...values,
      declared: custom.definition,
    });
    indexed.push(parameter);
    if (custom.usable) byCode.set(p.code, parameter);
    else building.set(p.code, custom.percent);
    return parameter;
  };
  const simple = new Map(packages.byCode);
  for (const { p } of asked) {
    if (p.type !== 'composite') simple.set(p.code, make(p, valuesAt(definitions, type, p)));
  }
  const all = asked.map(({ p }) => p);
  compileComposites(definitions, type, all, simple, make);
  return { ...packages, byCode, indexed, building };
}

function compileType(definitions: Definitions, type: string): TypeParameters {
  const all = [...definitions.searchParams(type).values()].filter(
    (p) => !ENGINE_CODES.has(p.code) && p.expression,
  );
  const params = all.filter(
    (p) =>
      p.type !== 'composite' &&
      (p.type !== 'special' || p.code === 'near') &&
      !findsResources(definitions, type, p),
  );
  const mainCode = MAIN_DATE[type] ?? 'date';
  const main = params.find((p) => p.code === mainCode && p.type === 'date');
  const patient = patientParameter(definitions, type, params);
  const patientPath = patient && pathOf(patient);
  const make = (p: SearchParam, more: Partial<Parameter> & Values) =>
    makeParameter(definitions, type, p, patientPath, { isMainDate: p === main, ...more });
  const simple = new Map<string, Parameter>();
  for (const p of params) {
    simple.set(p.code, make(p, valuesAt(definitions, type, p)));
  }
  for (const p of params) {
    const parts = partsOf(type, p, params).map(({ code }) => simple.get(code)!);
    if (parts.length > 0) simple.set(p.code, { ...simple.get(p.code)!, parts });
  }
  const composites = compileComposites(definitions, type, all, simple, make);
  const byCode = new Map([...simple, ...composites.map((c) => [c.code, c] as const)]);
  return {
    byCode,
    indexed: [...byCode.values()],
    building: new Map(),
    mainDate: main && byCode.get(main.code),
    patient: patient && byCode.get(patient.code),
  };
}

type Values = Pick<Parameter, 'extract' | 'paths'>;

/** `patientPath`: of the reference that the patient column holds. */
function makeParameter(
  definitions: Definitions,
  type: string,
  p: SearchParam,
  patientPath: string | undefined,
  more: Partial<Parameter> & Values,
): Parameter {
  const path = pathOf(p);
  return {
    code: p.code,
    kind: p.type,
    url: p.url,
    targets: p.targets,
    description: p.description,
    path,
    key: parameterKey(type, p.code),
    isPatient: patientPath !== undefined && p.type === 'reference' && path === patientPath,
    isMainDate: false,
    parts: [],
    impliedSystems: impliedSystems(definitions, type, p),
    ucumOf: definitions.ucumOf,
    ...more,
  };
}

function valuesAt(definitions: Definitions, type: string, { expression }: SearchParam): Values {
  return {
    extract: compileExpression(definitions, type, expression),
    paths: jsonPaths(definitions, type, expression),
  };
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

/** Bundle.composition and Bundle.message find a resource inside, which nothing refers to: not answered here. */
function findsResources(definitions: Definitions, type: string, p: SearchParam): boolean {
  if (p.type !== 'reference') return false;
  const paths = jsonPaths(definitions, type, p.expression) ?? [];
  return paths.length > 0 && paths.every((path) => path.type === 'Resource');
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
