/** Stored profiles as they are kept in memory: without their prose, which the store has. */
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

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

export function slim(profile: StructureDefinition): StructureDefinition {
  const { snapshot, differential, ...kept } = without(profile, PROSE_OF_RESOURCE);
  const elements = (list: readonly ElementDefinition[]) => ({
    element: list.map((element) => without(element, PROSE)),
  });
  return {
    ...kept,
    ...(snapshot ? { snapshot: elements(snapshot.element) } : {}),
    ...(differential && !snapshot ? { differential: elements(differential.element) } : {}),
  };
}

function without<T extends object>(value: T, keys: ReadonlySet<string>): T {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !keys.has(key))) as T;
}
