/** How large a query may be, told before anything is read. */
import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import { tooCostly } from '../kernel/fhir-error.ts';

/** Tokens of the text: what parsing and validating may cost. */
export const MAX_TOKENS = 5000;
const MAX_DEPTH = 25;
/** Fields, with those of fragments counted wherever they are spread. */
const MAX_FIELDS = 2000;

/**
 * Pairs of fields of one name and level: validation compares each with each, and what is selected in them. Two
 * hundred of one name are 40,000 pairs and take some tenths of a second.
 */
const MAX_PAIRS = 40_000;

interface Size {
  readonly depth: number;
  readonly fields: number;
}

/** Throws too-costly. The document is valid: its fragments exist and have no circles. */
export function assertAffordable(document: DocumentNode): void {
  const fragments = new Map(
    document.definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION).map((d) => [d.name.value, d]),
  );
  const sizes = new Map<string, Size>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, fields } = sizeOf(definition.selectionSet, fragments, sizes);
    if (depth <= MAX_DEPTH && fields <= MAX_FIELDS) continue;
    throw tooCostly({
      en: `The query has ${fields} fields, ${depth} levels deep. At most ${MAX_FIELDS} fields and ${MAX_DEPTH} levels are possible.`,
      zh: `该查询有 ${fields} 个字段、${depth} 层。最多 ${MAX_FIELDS} 个字段、${MAX_DEPTH} 层。`,
    });
  }
}

/** Throws too-costly for a document, valid or not, that would take long to validate. */
export function assertComparable(document: DocumentNode): void {
  const counts = new Map<string, number>();
  const visit = (selection: SelectionSetNode | undefined, level: number): void => {
    for (const node of selection?.selections ?? []) {
      const isField = node.kind === Kind.FIELD;
      const name = isField ? (node.alias ?? node.name).value : '...';
      const key = `${level} ${name}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (node.kind !== Kind.FRAGMENT_SPREAD) visit(node.selectionSet, isField ? level + 1 : level);
    }
  };
  for (const definition of document.definitions) {
    if ('selectionSet' in definition) visit(definition.selectionSet, 0);
  }
  const pairs = counts.values().reduce((sum, k) => sum + k * k, 0);
  if (pairs <= MAX_PAIRS) return;
  throw tooCostly({
    en: 'The query repeats the same names too often to be checked. Send several queries.',
    zh: '查询中同名字段重复过多,无法校验。请拆分为多个查询。',
  });
}

/** Introspection (`__schema`) has limits of its own and is not counted. */
function sizeOf(
  selection: SelectionSetNode | undefined,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  sizes: Map<string, Size>,
): Size {
  let depth = 0;
  let fields = 0;
  for (const node of selection?.selections ?? []) {
    if (node.kind === Kind.FIELD && node.name.value.startsWith('__')) continue;
    const inner =
      node.kind === Kind.FRAGMENT_SPREAD
        ? sizeOfFragment(node.name.value, fragments, sizes)
        : sizeOf(node.selectionSet, fragments, sizes);
    const own = node.kind === Kind.FIELD ? 1 : 0;
    depth = Math.max(depth, inner.depth + own);
    fields += inner.fields + own;
  }
  return { depth, fields };
}

function sizeOfFragment(
  name: string,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  sizes: Map<string, Size>,
): Size {
  let size = sizes.get(name);
  if (!size) {
    size = sizeOf(fragments.get(name)?.selectionSet, fragments, sizes);
    sizes.set(name, size);
  }
  return size;
}
