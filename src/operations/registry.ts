/** Operations: code bound to OperationDefinitions, checked in both directions at boot. */
import type { OperationDefinition, OperationDefinitionParameter } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import type { OperationBinding } from '../kernel/contribution.ts';

/** A place with this type is at every resource type. https://hl7.org/fhir/R4/operationdefinition.html */
export const EVERY_TYPE = 'Resource';

export interface Operation {
  /** Without `$`. */
  readonly code: string;
  /** With the parameters that the code adds. */
  readonly definition: OperationDefinition;
  readonly binding: OperationBinding;
  /** Changes something: it is called by POST alone. */
  readonly writes: boolean;
  /** Where it can be called: system, types, instances of types. */
  readonly places: readonly { readonly level: 'system' | 'type' | 'instance'; readonly type?: string }[];
}

/**
 * Throws an Error that lists every definition without code and every code without definition: the server
 * must not claim what it lacks.
 */
export function createOperations(
  definitions: Definitions,
  bindings: readonly OperationBinding[],
  /** Canonicals of what this server was not started for. */
  off: readonly string[] = [],
): readonly Operation[] {
  const problems: string[] = [];
  const byUrl = new Map(bindings.map((b) => [b.definition, b]));
  const operations: Operation[] = [];
  for (const definition of definitions.operations()) {
    const binding = byUrl.get(definition.url!);
    if (!binding && off.includes(definition.url!)) continue;
    if (!binding) {
      problems.push(`OperationDefinition ${definition.url} has no code`);
      continue;
    }
    byUrl.delete(definition.url!);
    operations.push({
      code: definition.code!,
      definition: withMore(definition, binding),
      binding,
      writes: definition.affectsState ?? binding.writes ?? false,
      places: placesOf(definition),
    });
  }
  for (const url of byUrl.keys()) problems.push(`operation ${url} has code but no OperationDefinition`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return operations;
}

function withMore(
  definition: OperationDefinition,
  { more = [] }: Pick<OperationBinding, 'more'>,
): OperationDefinition {
  const added = more.map((p) => ({ ...p, use: 'in' as const, min: 0 }) as OperationDefinitionParameter);
  return { ...definition, parameter: [...(definition.parameter ?? []), ...added] };
}

function placesOf(definition: OperationDefinition): Operation['places'] {
  const types = definition.resource ?? [];
  return [
    ...(definition.system ? [{ level: 'system' as const }] : []),
    ...(definition.type ? types.map((type) => ({ level: 'type' as const, type })) : []),
    ...(definition.instance ? types.map((type) => ({ level: 'instance' as const, type })) : []),
  ];
}
