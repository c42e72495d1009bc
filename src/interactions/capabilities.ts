/** The CapabilityStatement, made from the tables that answer requests. https://hl7.org/fhir/R4/capabilitystatement.html */
import type {
  CapabilityStatement,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceOperation,
  CapabilityStatementRestSecurity,
} from '@medplum/fhirtypes';
import { CANONICAL } from '../kernel/canonical.ts';
import { hasNarrative } from '../search/words.ts';
import type { Engine } from './engine.ts';

export interface DeclaredRoute {
  readonly interaction: string;
  readonly level: 'instance' | 'type' | 'system';
  readonly capability?: string;
}

export interface DeclaredOperation {
  readonly code: string;
  readonly definition: { readonly url?: string };
  readonly places: readonly { readonly level: string; readonly type?: string }[];
}

export interface Declared {
  readonly base: string;
  readonly version: string;
  /** When this build's statement last changed: the start of the process. */
  readonly date: string;
  readonly routes: readonly DeclaredRoute[];
  readonly operations: readonly DeclaredOperation[];
  readonly security: CapabilityStatementRestSecurity;
}

/** Parameters of every type that the engine answers by itself. */
const ENGINE_PARAMETERS = [
  { name: '_id', type: 'token' as const, definition: 'http://hl7.org/fhir/SearchParameter/Resource-id' },
  {
    name: '_lastUpdated',
    type: 'date' as const,
    definition: 'http://hl7.org/fhir/SearchParameter/Resource-lastUpdated',
  },
  {
    name: '_content',
    type: 'string' as const,
    definition: 'http://hl7.org/fhir/SearchParameter/Resource-content',
  },
  // R4 defines these in its text alone.
  { name: '_filter', type: 'special' as const },
  { name: '_list', type: 'string' as const },
];

/** Of every type that has a narrative. */
const TEXT_PARAMETER = {
  name: '_text',
  type: 'string' as const,
  definition: 'http://hl7.org/fhir/SearchParameter/DomainResource-text',
};

/** The statement of now: what can be searched by changes while the server runs. */
export function capabilityStatement(engine: Engine, declared: Declared): () => CapabilityStatement {
  let made:
    | { readonly custom: unknown; readonly generation: number; readonly statement: CapabilityStatement }
    | undefined;
  return () => {
    const { custom } = engine.parameters;
    const generation = engine.definitions.generation();
    if (made?.custom !== custom || made.generation !== generation) {
      made = { custom, generation, statement: statementOf(engine, declared) };
    }
    return made.statement;
  };
}

function statementOf(engine: Engine, declared: Declared): CapabilityStatement {
  const { routes, operations } = declared;
  const referrers = referrersOf(engine);
  return {
    resourceType: 'CapabilityStatement',
    url: `${CANONICAL}/CapabilityStatement/xiantong`,
    name: 'Xiantong',
    title: 'Xiantong (县通) FHIR R4 server',
    status: 'active',
    date: declared.date,
    publisher: 'Xiantong',
    kind: 'instance',
    software: { name: 'Xiantong', version: declared.version },
    implementation: {
      description: 'Interoperability server of a county medical community',
      url: declared.base,
    },
    implementationGuide: engine.definitions.resources('ImplementationGuide').map((guide) => guide.url),
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    ...(routes.some((r) => r.interaction === 'patch')
      ? { patchFormat: ['application/json-patch+json', 'application/fhir+json'] }
      : {}),
    rest: [
      {
        mode: 'server',
        security: declared.security,
        resource: [...engine.definitions.resourceTypes]
          .sort()
          .map((type) => restResource(engine, type, declared, referrers.get(type) ?? [])),
        interaction: ['transaction', 'batch', 'search-system', 'history-system']
          .filter(
            (code) => code === 'batch' || routes.some((r) => r.level === 'system' && r.interaction === code),
          )
          .map((code) => ({ code: code as 'transaction' })),
        searchParam: commonParameters(engine),
        ...withOperations(operationsAt(operations, (p) => p.level === 'system')),
        compartment: engine.definitions.compartments(),
      },
    ],
  };
}

/** The parameters that every type has: those of a search across all. */
function commonParameters(engine: Engine) {
  const [first, ...others] = [...engine.definitions.resourceTypes].map(
    (type) => engine.parameters(type).byCode,
  );
  const common = [...first!.values()].filter(({ code }) => others.every((byCode) => byCode.has(code)));
  return [...ENGINE_PARAMETERS, ...common.map((p) => ({ name: p.code, definition: p.url, type: p.kind }))];
}

/** Type -> the reference parameters of all types that may lead to it: `Observation:subject`. */
function referrersOf({ definitions, parameters }: Engine): ReadonlyMap<string, readonly string[]> {
  const types = [...definitions.resourceTypes].sort();
  const found = new Map(types.map((type): [string, string[]] => [type, []]));
  for (const type of types) {
    for (const { kind, code, targets } of parameters(type).byCode.values()) {
      if (kind !== 'reference') continue;
      for (const target of targets.length > 0 ? targets : types) found.get(target)?.push(`${type}:${code}`);
    }
  }
  return found;
}

type ResourceInteraction = NonNullable<CapabilityStatementRestResource['interaction']>[number];

function restResource(
  engine: Engine,
  type: string,
  { routes, operations }: Declared,
  referrers: readonly string[],
): CapabilityStatementRestResource {
  const codes = new Set(routes.filter((r) => r.level !== 'system').map((r) => r.interaction));
  const capability = (name: string) => routes.some((r) => r.capability === name);
  const parameters = [...engine.parameters(type).byCode.values()];
  const references = parameters.filter((p) => p.kind === 'reference');
  const profiles = engine.definitions.profiles().filter((p) => p.type === type);
  return {
    type: type as CapabilityStatementRestResource['type'],
    profile: `http://hl7.org/fhir/StructureDefinition/${type}`,
    ...(profiles.length > 0 ? { supportedProfile: profiles.map((p) => p.url!) } : {}),
    interaction: [...codes].map((code) => ({ code: code as ResourceInteraction['code'] })),
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: capability('conditionalCreate'),
    conditionalRead: 'full-support',
    conditionalUpdate: capability('conditionalUpdate'),
    conditionalDelete: capability('conditionalDelete') ? 'multiple' : 'not-supported',
    referencePolicy: ['literal', 'logical', 'local'],
    searchInclude: [...references.map((p) => `${type}:${p.code}`), `${type}:*`, '*'],
    searchRevInclude: [...referrers, '*'],
    searchParam: [
      ...ENGINE_PARAMETERS,
      ...(hasNarrative(type) ? [TEXT_PARAMETER] : []),
      ...parameters.map((p) => ({ name: p.code, definition: p.url, type: p.kind })),
    ],
    ...withOperations(operationsAt(operations, (p) => p.type === type || p.type === 'Resource')),
  };
}

function withOperations(operation: CapabilityStatementRestResourceOperation[]) {
  return operation.length > 0 ? { operation } : {};
}

function operationsAt(
  operations: readonly DeclaredOperation[],
  at: (place: DeclaredOperation['places'][number]) => boolean,
): CapabilityStatementRestResourceOperation[] {
  return operations
    .filter((o) => o.places.some(at))
    .map((o) => ({ name: o.code, definition: o.definition.url! }));
}
