/** A profile's snapshot as a tree of elements and slices. */
import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes';

export interface ProfileNode {
  readonly element: ElementDefinition;
  /** Last segment, without `[x]` and slice name. */
  readonly name: string;
  readonly choice: boolean;
  readonly sliceName: string | undefined;
  readonly children: Map<string, ProfileNode>;
  readonly slices: ProfileNode[];
}

/** Built from element ids (`Patient.identifier:residentId.system`), which snapshots must have. */
export function profileTree(sd: StructureDefinition): ProfileNode {
  const elements = sd.snapshot!.element;
  const byId = new Map<string, ProfileNode>();
  for (const element of elements) {
    const id = element.id ?? element.path;
    const dot = id.lastIndexOf('.');
    const segment = id.slice(dot + 1);
    const [plain = '', sliceName] = segment.split(/:(.*)/s);
    const choice = plain.endsWith('[x]');
    const name = choice ? plain.slice(0, -3) : plain;
    const node: ProfileNode = { element, name, choice, sliceName, children: new Map(), slices: [] };
    byId.set(id, node);
    if (dot < 0) continue;
    const parent = byId.get(id.slice(0, dot));
    if (sliceName === undefined) parent?.children.set(name, node);
    else sliceParent(byId, id.slice(0, dot), plain, sliceName)?.slices.push(node);
  }
  const root = byId.get(elements[0]?.id ?? elements[0]?.path ?? '');
  if (!root) throw new Error(`${sd.url} has an empty snapshot`);
  return root;
}

/** A slice of a slice (`a/b`) belongs to that slice; any other to the element. */
function sliceParent(
  byId: ReadonlyMap<string, ProfileNode>,
  parentId: string,
  plain: string,
  sliceName: string,
): ProfileNode | undefined {
  const slash = sliceName.lastIndexOf('/');
  const outer = slash < 0 ? undefined : byId.get(`${parentId}.${plain}:${sliceName.slice(0, slash)}`);
  return outer ?? byId.get(`${parentId}.${plain}`);
}
