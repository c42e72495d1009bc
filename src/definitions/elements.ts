/** Snapshot elements -> what may stand in the JSON of a type. */
import type { ElementDefinition, ElementDefinitionType, StructureDefinition } from '@medplum/fhirtypes';
import { typeUrl } from './registry.ts';
import type { ChildElement, ElementInfo, ElementType } from './types.ts';

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const SYSTEM = 'http://hl7.org/fhirpath/System.';
const NONE: ReadonlyMap<string, ChildElement> = new Map();

/**
 * FHIR type name of a type in a snapshot. The ids of elements and resources and the url of an extension are
 * given as FHIRPath System types there, with the FHIR type in an extension.
 */
export function fhirTypeCode(type: ElementDefinitionType, path: string, kind: string): string {
  const code = type.code ?? '';
  if (!code.startsWith(SYSTEM)) return code;
  if (kind === 'resource' && /^[A-Za-z]+\.id$/.test(path)) return 'id';
  const named = type.extension?.find((x) => x.url === FHIR_TYPE);
  const name = named?.valueUrl ?? named?.valueUri ?? named?.valueString;
  if (name) return name;
  const local = code.slice(SYSTEM.length);
  return local[0]!.toLowerCase() + local.slice(1);
}

/**
 * `Patient`, `http://hl7.org/fhir/StructureDefinition/Patient` -> `Patient`; profiles by the type they constrain. Empty when any
 * type may be meant, as by a profile that is not known.
 */
export function targetTypes(
  canonicals: readonly string[] | undefined,
  structures: ReadonlyMap<string, StructureDefinition>,
): string[] {
  const types = (canonicals ?? []).map((url) => structures.get(typeUrl(url))?.type);
  return types.some((type) => type === undefined || type === 'Resource')
    ? []
    : [...new Set(types.filter((type) => type !== undefined))];
}

/** `value[x]` and `Quantity` -> `valueQuantity`. */
export function choiceName(name: string, type: string): string {
  return name + type[0]!.toUpperCase() + type.slice(1);
}

export class Elements {
  readonly #structures: ReadonlyMap<string, StructureDefinition>;
  readonly #children = new Map<string, ReadonlyMap<string, ChildElement>>();
  readonly #loaded = new Set<string>();

  constructor(structures: ReadonlyMap<string, StructureDefinition>) {
    this.#structures = structures;
  }

  /** See Definitions.children. A type is taken apart when it is first asked for. */
  children(typeOrPath: string): ReadonlyMap<string, ChildElement> {
    const type = typeOrPath.split('.', 1)[0]!;
    if (!this.#loaded.has(type)) {
      this.#loaded.add(type);
      const sd = this.#structures.get(typeUrl(type));
      if (sd) this.#load(sd);
    }
    return this.#children.get(typeOrPath) ?? NONE;
  }

  #load(sd: StructureDefinition): void {
    const elements = sd.snapshot!.element;
    const parents = new Map<string, Map<string, ChildElement>>();
    for (const element of elements) {
      const dot = element.path.lastIndexOf('.');
      if (dot < 0) {
        parents.set(element.path, new Map());
        continue;
      }
      const parentPath = element.path.slice(0, dot);
      if (sd.kind === 'primitive-type' && element.path.endsWith('.value')) continue;
      let parent = parents.get(parentPath);
      if (!parent) {
        parent = new Map();
        parents.set(parentPath, parent);
      }
      for (const [name, child] of this.#describe(element, sd)) parent.set(name, child);
    }
    for (const [path, map] of parents) this.#children.set(path, map);
  }

  #describe(element: ElementDefinition, sd: StructureDefinition): [string, ChildElement][] {
    const path = element.path;
    const last = path.slice(path.lastIndexOf('.') + 1);
    const choice = last.endsWith('[x]');
    const name = choice ? last.slice(0, -3) : last;
    const types: ElementType[] = (element.type ?? []).map((type) => ({
      code: fhirTypeCode(type, path, sd.kind),
      targets: targetTypes(type.targetProfile, this.#structures),
    }));
    const contentReference = element.contentReference?.split('#').at(-1);
    const info: ElementInfo = {
      path,
      name,
      min: element.min ?? 0,
      max: element.max === '*' ? Number.POSITIVE_INFINITY : Number(element.max),
      types,
      choice,
      array: element.max !== '1' && element.max !== '0',
      ...(contentReference ? { contentReference } : {}),
      isSummary: element.isSummary === true,
      ...(element.binding
        ? { binding: { strength: element.binding.strength!, valueSet: element.binding.valueSet } }
        : {}),
    };
    if (contentReference) return [[name, { element: info, type: contentReference }]];
    if (choice) return types.map(({ code }) => [choiceName(name, code), { element: info, type: code }]);
    const code = types[0]?.code ?? 'Element';
    const own = code === 'BackboneElement' || code === 'Element';
    return [[name, { element: info, type: own ? path : code }]];
  }
}
