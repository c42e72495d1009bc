/**
 * Elements that repeat, as `_filter` names them: what the brackets ask and what follows hold of the same element,
 * as in `relatesTo[code eq replaces].target re DocumentReference/1`. Each is a composite parameter in other words.
 * https://hl7.org/fhir/R4/search_filter.html#params (its other names are of elements that R4 does not have)
 */
import { badParameter } from '../../kernel/fhir-error.ts';
import type { Operator, Path, Test } from './grammar.ts';

interface Group {
  readonly composite: string;
  /** The children, in the order of the composite's components, and the parameter that asks for each by itself. */
  readonly children: readonly [Child, Child];
}

interface Child {
  readonly name: string;
  readonly parameter: string;
  readonly operators: readonly Operator[];
}

const GROUPS: Readonly<Partial<Record<string, Readonly<Record<string, Group>>>>> = {
  DocumentReference: {
    relatesTo: {
      composite: 'relationship',
      children: [
        { name: 'code', parameter: 'relation', operators: ['eq'] },
        { name: 'target', parameter: 'relatesto', operators: ['re', 'eq'] },
      ],
    },
  },
  Group: {
    characteristic: {
      composite: 'characteristic-value',
      children: [
        { name: 'code', parameter: 'characteristic', operators: ['eq'] },
        { name: 'value', parameter: 'value', operators: ['eq'] },
      ],
    },
  },
};

export function groupOf(type: string, name: string): Group | undefined {
  return GROUPS[type]?.[name];
}

/**
 * The search parameter that asks the same as the test at the end of a path that begins with the group. `textOf`
 * writes the value of a test as the value of its parameter. Throws `bad-parameter` for what no parameter can ask.
 */
export function groupParameter(
  { composite, children }: Group,
  path: Path & { readonly kind: 'link' },
  test: Test,
  textOf: (test: Test, parameter: string) => string,
): [name: string, value: string] {
  const { where, rest } = path;
  if (where?.kind === 'test' && where.path.kind === 'end' && rest.kind === 'end') {
    const tests = new Map([
      [where.path.name, where],
      [rest.name, test],
    ]);
    const asked = children.map((child) => {
      const of = tests.get(child.name);
      return of && child.operators.includes(of.operator) ? textOf(of, child.parameter) : undefined;
    });
    if (asked.every((text) => text !== undefined)) {
      return [composite, asked.map((text) => text.replace(/\\.|\$/gs, escapedDollar)).join('$')];
    }
    // Each child is required: where the one is, the other is.
    const at = asked.findIndex((text) => text !== undefined);
    const other = children[1 - at];
    if (other && test.operator === 'pr' && test.value.toLowerCase() === 'true' && rest.name === other.name) {
      return [children[at]!.parameter, asked[at]!];
    }
  }
  const [a, b] = children.map(({ name, operators }) => `${name} ${operators[0]}`);
  throw badParameter(
    '_filter',
    {
      en: `Of ${path.name} can be asked: ${path.name}[${a} …].${b} …, ${path.name}[${b} …].${a} …, and 'pr true' of one child in place of its value.`,
      zh: `${path.name} 可以这样查询:${path.name}[${a} …].${b} …、${path.name}[${b} …].${a} …,末尾也可用“pr true”代替取值。`,
    },
    false,
  );
}

function escapedDollar(found: string): string {
  return found === '$' ? '\\$' : found;
}
