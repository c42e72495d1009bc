/** Invariants of conformance resources as functions: see `native-invariants.ts`. */
import { isObject, type Json } from './fhirpath/items.ts';
import type { Native } from './native-invariants.ts';

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The first code that a hierarchy of concepts has twice. */
function repeatedCode(concepts: unknown, seen: Set<unknown>): unknown {
  for (const { code, concept } of list(concepts)) {
    if (seen.has(code)) return code;
    if (code !== undefined) seen.add(code);
    const below = concept === undefined ? undefined : repeatedCode(concept, seen);
    if (below !== undefined) return below;
  }
  return undefined;
}

const NAME_PART = String.raw`[^\s.,:;'"/|?!@#$%&*()\[\]{}]{1,64}`;
const ELEMENT_PATH = new RegExp(String.raw`^${NAME_PART}(\.${NAME_PART}(\[x\])?(:[^\s.]+)?)*$`);
const SIMPLE_PATH = /^[A-Za-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*(\[x\])?)*$/;

/** Rules that the name of a definition can be one in a program. */
const NAME_RULES =
  'adf cid cmd cpb cpd csd ees esc evd evi evv gdf ig lib mea msd nsd opd pdf que red rsd rvs sdf smp spd tcp tst vsd';

/** The expressions are empty, which counts as broken, where there is no name. */
const USABLE_NAME: Native = {
  test: (v) => typeof v.name !== 'string' || /^[A-Z][A-Za-z0-9_]{0,254}$/.test(v.name),
  zh: 'name 宜可用作程序标识符:以大写字母开头,只含字母、数字和下划线',
};

/** The paths of a snapshot's or differential's elements, the first and the others. */
function pathsOf({ element }: Json): readonly [first: string, ...others: string[]] {
  const [first = '', ...others] = list(element).map((e) => String(e.path));
  return [first, ...others];
}

/** By key, as NATIVE_INVARIANTS. */
export const NATIVE_OF_DEFINITIONS: Readonly<Record<string, Native>> = {
  ...Object.fromEntries(NAME_RULES.split(' ').map((key) => [`${key}-0`, USABLE_NAME])),
  'csd-1': {
    // As the expression has it, and naming the code; a code system may have very many.
    test: (v) => {
      const code = repeatedCode(v.concept, new Set());
      if (code === undefined) return true;
      return { en: `The code '${code}' stands here twice (csd-1).`, zh: `代码“${code}”重复出现(csd-1)。` };
    },
    zh: '同一编码体系内代码不得重复',
  },
  'eld-19': {
    // Here and in eld-20 the pattern is meant to be that of the whole path.
    test: (v) => typeof v.path !== 'string' || ELEMENT_PATH.test(v.path),
    zh: '元素名称不得含有特殊字符',
  },
  'eld-20': {
    test: (v) => typeof v.path !== 'string' || SIMPLE_PATH.test(v.path),
    zh: '元素名称宜只用字母和数字',
  },
  'md-1': {
    // The expression is empty, which counts as broken, where there is no max.
    test: (v) => typeof v.max !== 'string' || v.max === '*' || Number(v.max) > 0,
    zh: 'max 必须是正整数或 *',
  },
  'sdf-8': {
    // This and sdf-8a as their expressions have them, which look through all elements for each of them.
    test: (v, { resource }) => {
      const [first, ...others] = pathsOf(v);
      return (
        (resource.kind === 'logical' || first === resource.type) &&
        others.every((path) => path.startsWith(`${first}.`))
      );
    },
    zh: 'snapshot 的元素路径必须以所定义的类型开头',
  },
  'sdf-8a': {
    test: (v, { resource }) => {
      const [first, ...others] = pathsOf(v);
      const root = `${first.split('.', 1)[0]}.`;
      return (
        (resource.kind === 'logical' || first.startsWith(String(resource.type))) &&
        others.every((path) => path.startsWith(root))
      );
    },
    zh: 'differential 的元素路径必须以所定义的类型开头',
  },
};
