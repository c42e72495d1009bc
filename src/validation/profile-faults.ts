/** Whether a profile can be checked by: what its constraints and its elements say is understood here. */
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import { SnapshotFault, withSnapshot } from '../definitions/snapshot.ts';
import type { Text } from '../kernel/issue.ts';
import { BaseTypes } from './base-types.ts';
import { Model } from './fhirpath/items.ts';
import { expressionFault } from './invariants.ts';
import { Profiles } from './profiles.ts';

export interface ProfileFault {
  /** Id of the element; undefined when it is the whole profile. */
  readonly element?: string;
  readonly text: Text;
}

/** Why resources cannot be checked by a profile or extension; `definitions` need not have it. */
export function profileFaults(definitions: Definitions, sd: StructureDefinition): ProfileFault[] {
  const faults = constraintFaults(sd);
  if (faults.length > 0) return faults;
  try {
    const complete = sd.snapshot ? sd : withSnapshot(sd, (url) => definitions.structure(url));
    compile(definitions, complete);
    return [];
  } catch (error) {
    if (error instanceof SnapshotFault) {
      return [{ text: error.text, ...(error.element === undefined ? {} : { element: error.element }) }];
    }
    const { message } = error as Error;
    return [{ text: { en: `It cannot be compiled: ${message}`, zh: `无法编译:${message}` } }];
  }
}

function constraintFaults({ snapshot, differential }: StructureDefinition): ProfileFault[] {
  const own = new Set(differential?.element.map(idOf));
  const elements = snapshot?.element ?? differential?.element ?? [];
  const faults = elements.flatMap((element) =>
    (element.constraint ?? []).flatMap(({ key, expression }): ProfileFault[] => {
      const fault = expression === undefined ? undefined : expressionFault(expression);
      if (fault === undefined) return [];
      return [
        {
          element: idOf(element),
          text: {
            en: `The constraint ${key} has an expression that is no FHIRPath known here, '${expression}': ${fault}`,
            zh: `约束 ${key} 的表达式“${expression}”不是可识别的 FHIRPath:${fault}`,
          },
        },
      ];
    }),
  );
  // What is inherited is the fault of the profile all the same, but its own comes first.
  return faults.sort((a, b) => Number(own.has(b.element!)) - Number(own.has(a.element!)));
}

function idOf({ id, path }: ElementDefinition): string {
  return id ?? path;
}

function compile(definitions: Definitions, sd: StructureDefinition): void {
  const structure = (url: string) => (url === sd.url ? sd : definitions.structure(url));
  const model = new Model({ ...definitions, structure });
  const nothing = () => {};
  const base = new BaseTypes(model.definitions, {
    model,
    nestedResource: nothing,
    extension: nothing,
    coding: nothing,
    quantity: nothing,
    profile: nothing,
  });
  new Profiles(model, (path) => base.element(path)).get(sd.url);
}
