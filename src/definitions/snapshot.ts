/**
 * The snapshot of a profile that states only what it changes: the differential, applied to the snapshot of its
 * base. https://hl7.org/fhir/R4/profiling.html#snapshot
 */
import type { ElementDefinition, ElementDefinitionType, StructureDefinition } from '@medplum/fhirtypes';
import type { Text } from '../kernel/issue.ts';

/** What keeps a snapshot from being made. */
export class SnapshotFault extends Error {
  override readonly name = 'SnapshotFault';
  /** Id of the element of the differential; undefined when it is the whole. */
  readonly element: string | undefined;
  readonly text: Text;

  constructor(text: Text, element?: string) {
    super(text.en);
    this.text = text;
    this.element = element;
  }
}

type StructureOf = (urlOrType: string) => StructureDefinition | undefined;

/** What an element of the differential says about itself, and not about what it constrains. */
const OWN_KEYS: ReadonlySet<string> = new Set(['id', 'path', 'sliceName', 'constraint', 'mapping']);

/** More than any real profile has; every level of nesting may bring some more. */
const MOST_ELEMENTS = 10_000;

/** `structureOf` answers definitions with their snapshots. Throws SnapshotFault. */
export function withSnapshot(sd: StructureDefinition, structureOf: StructureOf): StructureDefinition {
  const base = structureOf(sd.baseDefinition ?? '');
  if (!base?.snapshot) {
    throw new SnapshotFault({
      en: `There is no snapshot, and none can be made: the base '${sd.baseDefinition}' is not known here. Store the base first, or send the snapshot.`,
      zh: `没有 snapshot,也无法生成:此处没有基础定义“${sd.baseDefinition}”。请先保存基础定义,或随附 snapshot。`,
    });
  }
  if (base.type !== sd.type) {
    throw new SnapshotFault({
      en: `The base '${sd.baseDefinition}' defines ${base.type}, and the profile is about ${sd.type}.`,
      zh: `基础定义“${sd.baseDefinition}”针对 ${base.type},而该规范针对 ${sd.type}。`,
    });
  }
  const snapshot = new Snapshot(base.snapshot.element, structureOf);
  for (const [id, element] of identified(sd.differential?.element ?? [])) snapshot.apply(id, element);
  return { ...sd, snapshot: { element: snapshot.elements } };
}

/** Elements with their ids, which older tools leave out: made of the path and the slices that enclose it. */
function identified(differential: readonly ElementDefinition[]): [string, ElementDefinition][] {
  const idAt = new Map<string, string>();
  return differential.map((element) => {
    const { path, sliceName } = element;
    const dot = path.lastIndexOf('.');
    const parent = path.slice(0, Math.max(dot, 0));
    const plain = dot < 0 ? path : `${idAt.get(parent) ?? parent}${path.slice(dot)}`;
    const id = element.id ?? (sliceName === undefined ? plain : `${plain}:${sliceName}`);
    idAt.set(path, id);
    return [id, element];
  });
}

class Snapshot {
  readonly elements: ElementDefinition[];
  readonly #structureOf: StructureOf;
  /** Choices -> the types they had before short names chose among them. */
  readonly #narrowed = new Map<string, readonly ElementDefinitionType[]>();

  constructor(base: readonly ElementDefinition[], structureOf: StructureOf) {
    this.elements = base.map((element) => ({ ...element, id: element.id ?? element.path }));
    this.#structureOf = structureOf;
  }

  apply(id: string, change: ElementDefinition): void {
    const target = this.elements[this.#ensure(id, id)]!;
    const said = Object.entries(change).filter(([key]) => !OWN_KEYS.has(key));
    Object.assign(target, Object.fromEntries(said));
    const known = new Set(target.constraint?.map((c) => c.key));
    const more = (change.constraint ?? []).filter((c) => !known.has(c.key));
    if (more.length > 0) target.constraint = [...(target.constraint ?? []), ...more];
  }

  /** The place of an element, which is put there first when the base leaves it to the type or to the slicing. */
  #ensure(id: string, asked: string): number {
    const found = this.#indexOf(id);
    if (found >= 0) return found;
    const dot = id.lastIndexOf('.');
    if (dot < 0) throw unknownElement(asked);
    const parent = this.#ensure(id.slice(0, dot), asked);
    // Not what was asked for when that has the short name of a choice.
    const parentId = this.elements[parent]!.id!;
    const [name = '', sliceName] = id.slice(dot + 1).split(/:(.*)/s);
    this.#unfold(parent, asked);
    const unfolded = this.#indexOf(`${parentId}.${id.slice(dot + 1)}`);
    if (unfolded >= 0) return unfolded;
    if (sliceName !== undefined) return this.#addSlice(`${parentId}.${name}`, sliceName, asked);
    return this.#choice(parentId, name, asked);
  }

  #indexOf(id: string): number {
    return this.elements.findIndex((e) => e.id === id);
  }

  /** `valueQuantity` is the slice of `value[x]` that has this type, and leaves none but those that are so named. */
  #choice(parentId: string, name: string, asked: string): number {
    for (const element of this.elements) {
      const { id = '', type = [], slicing } = element;
      const stem = id.endsWith('[x]') ? id.slice(parentId.length + 1, -3) : '';
      if (stem === '' || stem.includes('.') || id !== `${parentId}.${stem}[x]`) continue;
      const narrowed = this.#narrowed.get(id);
      const one = (narrowed ?? type).find((t) => choiceName(stem, t) === name);
      if (!one) continue;
      if (narrowed && !type.includes(one)) element.type = [...type, one];
      if (!narrowed && !slicing) {
        this.#narrowed.set(id, type);
        element.type = [one];
      }
      return this.#ensure(`${id}:${name}`, asked);
    }
    throw unknownElement(asked);
  }

  /** A slice starts as a copy of what it is a slice of. */
  #addSlice(slicedId: string, sliceName: string, asked: string): number {
    const slash = sliceName.lastIndexOf('/');
    const outer = slash < 0 ? slicedId : `${slicedId}:${sliceName.slice(0, slash)}`;
    const at = this.#ensure(outer, asked);
    const sliced = this.elements[at]!;
    sliced.slicing ??= slicingOf(slicedId, asked);
    const { slicing: _, ...copy } = sliced;
    const stem = /([^.]+)\[x\]$/.exec(slicedId)?.[1];
    const type = copy.type?.filter((t) => stem === undefined || choiceName(stem, t) === sliceName);
    const slice: ElementDefinition = {
      ...copy,
      id: `${slicedId}:${sliceName}`,
      sliceName,
      min: 0,
      ...(type?.length ? { type } : {}),
    };
    let end = at + 1;
    while (/^[.:/]/.test(restOf(this.elements[end]?.id, outer))) end++;
    this.#insert(end, [slice], asked);
    return end;
  }

  /** Puts the children of an element after it, unless they are there. */
  #unfold(at: number, asked: string): void {
    const parent = this.elements[at]!;
    if (restOf(this.elements[at + 1]?.id, parent.id!).startsWith('.')) return;
    const [source, from] = this.#contentOf(parent, asked);
    const children = source.filter((e) => restOf(e.id ?? e.path, from).startsWith('.'));
    const fromPath = source.find((e) => (e.id ?? e.path) === from)?.path ?? from;
    const copies = children.map((e) => ({
      ...e,
      id: parent.id + restOf(e.id ?? e.path, from),
      path: parent.path + e.path.slice(fromPath.length),
    }));
    this.#insert(at + 1, copies, asked);
  }

  #insert(at: number, elements: readonly ElementDefinition[], asked: string): void {
    if (this.elements.length + elements.length > MOST_ELEMENTS) throw tooLarge(asked);
    this.elements.splice(at, 0, ...elements);
  }

  /** Where the children of an element are: some elements, and the id below which they stand. */
  #contentOf(parent: ElementDefinition, asked: string): [readonly ElementDefinition[], string] {
    const sliced = parent.id!.replace(/[:/][^.:/]*$/, '');
    if (sliced !== parent.id && this.elements.some((e) => restOf(e.id, sliced).startsWith('.'))) {
      return [this.elements, sliced];
    }
    if (parent.contentReference) return [this.elements, parent.contentReference.split('#').at(-1)!];
    const codes = new Set(parent.type?.map((t) => t.code));
    const profile = parent.type?.length === 1 ? parent.type[0]!.profile?.[0] : undefined;
    const type = codes.size === 1 ? [...codes][0]! : 'Element';
    const sd =
      (profile === undefined ? undefined : this.#structureOf(profile)) ??
      this.#structureOf(type.startsWith('http://hl7.org/fhirpath/') ? 'Element' : type);
    const elements = sd?.snapshot?.element;
    if (!elements?.[0]) throw unknownElement(asked);
    return [elements, elements[0].id ?? elements[0].path];
  }
}

/** What of an id stands behind that of an element it belongs to; empty when it does not. */
function restOf(id: string | undefined, owner: string): string {
  return id?.startsWith(owner) ? id.slice(owner.length) : '';
}

/** `value` and Quantity -> `valueQuantity`. */
function choiceName(stem: string, { code = '' }: ElementDefinitionType): string {
  return `${stem}${code.slice(0, 1).toUpperCase()}${code.slice(1)}`;
}

/** How extensions and choices are sliced goes without saying. */
function slicingOf(slicedId: string, asked: string): NonNullable<ElementDefinition['slicing']> {
  if (/\.(modifierE|e)xtension$/.test(slicedId)) {
    return { discriminator: [{ type: 'value', path: 'url' }], ordered: false, rules: 'open' };
  }
  if (slicedId.endsWith('[x]')) {
    return { discriminator: [{ type: 'type', path: '$this' }], ordered: false, rules: 'open' };
  }
  throw new SnapshotFault(
    {
      en: `'${asked}' is a slice, and nothing says how '${slicedId}' is sliced. Give '${slicedId}' a slicing before its slices.`,
      zh: `“${asked}”是切片,但未说明“${slicedId}”如何切片。请在切片之前为“${slicedId}”给出 slicing。`,
    },
    asked,
  );
}

function unknownElement(asked: string): SnapshotFault {
  return new SnapshotFault(
    {
      en: `The base has no element '${asked}'. Check the path and the id of the element.`,
      zh: `基础定义中没有元素“${asked}”。请核对元素的 path 与 id。`,
    },
    asked,
  );
}

function tooLarge(asked: string): SnapshotFault {
  return new SnapshotFault(
    {
      en: `With '${asked}' the snapshot would have more than ${MOST_ELEMENTS} elements.`,
      zh: `加上“${asked}”后,snapshot 将超过 ${MOST_ELEMENTS} 个元素。`,
    },
    asked,
  );
}
