/** Stored definitions as they are kept in memory: without their prose, which the store has. */
import type {
  CodeSystem,
  ElementDefinition,
  Resource,
  StructureDefinition,
  ValueSet,
} from '@medplum/fhirtypes';

/** The types that define something for the whole server. */
export const DEFINING_TYPES = ['StructureDefinition', 'ValueSet', 'CodeSystem'] as const;

export type Defining = StructureDefinition | ValueSet | CodeSystem;

export function isDefining(resource: Resource): resource is Defining {
  return (DEFINING_TYPES as readonly string[]).includes(resource.resourceType);
}

/** What only people read. */
const PROSE: ReadonlySet<string> = new Set([
  'alias',
  'base',
  'comment',
  'definition',
  'example',
  'mapping',
  'meaningWhenMissing',
  'orderMeaning',
  'requirements',
]);

const PROSE_OF_RESOURCE: ReadonlySet<string> = new Set([
  'contact',
  'contained',
  'copyright',
  'description',
  'jurisdiction',
  'mapping',
  'purpose',
  'text',
  'useContext',
]);

export function slim<R extends Defining>(definition: R): R {
  const { snapshot, differential, ...kept } = without(
    definition,
    PROSE_OF_RESOURCE,
  ) as Partial<StructureDefinition>;
  const elements = (list: readonly ElementDefinition[]) => ({
    element: list.map((element) => without(element, PROSE)),
  });
  return {
    ...kept,
    ...(snapshot ? { snapshot: elements(snapshot.element) } : {}),
    ...(differential && !snapshot ? { differential: elements(differential.element) } : {}),
  } as unknown as R;
}

function without<T extends object>(value: T, keys: ReadonlySet<string>): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key))) as T;
}
