/** Whether a composite SearchParameter of a client can be searched by. https://hl7.org/fhir/R4/search.html#composite */
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/definitions.ts';
import type { Text } from '../kernel/issue.ts';
import type { CustomParameter } from './custom-parameters.ts';
import { ExpressionFault } from './expression.ts';
import { createParameters, type Parameter, type ParameterSet, type TypeParameters } from './parameters.ts';

/** The parameters of the packages, to try out beside which others a composite would work. */
const trials = new WeakMap<Definitions, ParameterSet>();

/** Why it cannot, for one of its types; undefined when it can. `others`: parameters of clients that it may name. */
export function compositeFault(
  definitions: Definitions,
  type: string,
  definition: SearchParameter,
  others: readonly Pick<CustomParameter, 'id' | 'definition' | 'types'>[],
): Text | undefined {
  const components = definition.component ?? [];
  if (components.length < 2) {
    return {
      en: 'A composite needs two components or more, each with the SearchParameter it is (definition) and its expression.',
      zh: '组合参数至少需要两个 component,各自给出其检索参数(definition)和 expression。',
    };
  }
  try {
    const known = withComposite(definitions, type, definition, others);
    for (const { definition: url } of components) {
      const fault = componentFault(type, url, known.indexed);
      if (fault) return fault;
    }
    if (known.indexed.some((p) => p.code === definition.code && p.kind === 'composite')) return undefined;
  } catch (error) {
    if (error instanceof ExpressionFault) return error.text;
    throw error;
  }
  return {
    en: `The components cannot be combined over '${definition.expression}'. Over ${type} itself any may be; over an element, the first is a token and there is one more, or two numbers, and every expression leads from that element.`,
    zh: `无法在“${definition.expression}”上组合这些 component。以 ${type} 本身为 expression 时可组合任意参数;以某元素为 expression 时,第一个须为 token,其后再有一个参数或两个数值,且各 expression 均从该元素出发。`,
  };
}

function withComposite(
  definitions: Definitions,
  type: string,
  definition: SearchParameter,
  others: readonly Pick<CustomParameter, 'id' | 'definition' | 'types'>[],
): TypeParameters {
  const trial = trials.get(definitions) ?? createParameters(definitions);
  trials.set(definitions, trial);
  const simple = others.filter((o) => o.definition.type !== 'composite');
  const tried = [...simple, { id: '', definition, types: [type] }];
  trial.use({ version: 0, parameters: tried.map((p) => ({ ...p, usable: true, percent: 100 })) });
  return trial(type);
}

function componentFault(type: string, url: string, known: readonly Parameter[]): Text | undefined {
  const part = known.find((p) => p.url === url);
  if (!part) {
    return {
      en: `${type} has no search parameter that '${url}' defines, as component.definition says. One that was just made can be named once it is in use: see SearchParameter/$index-status.`,
      zh: `${type} 没有由“${url}”定义的检索参数(component.definition)。刚创建的参数须待启用后才能引用,见 SearchParameter/$index-status。`,
    };
  }
  if (part.kind !== 'composite' && part.kind !== 'special' && part.parts.length === 0) return undefined;
  return {
    en: `'${part.code}' cannot be a component: it is made of others, or of type '${part.kind}'. Name a simple parameter.`,
    zh: `“${part.code}”不能作为 component:它由其他参数组成,或类型为“${part.kind}”。请使用简单参数。`,
  };
}
