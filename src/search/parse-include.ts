/** `_include` and `_revinclude`. https://hl7.org/fhir/R4/search.html#include */
import { badParameter } from '../kernel/fhir-error.ts';
import type { SearchContext } from './condition.ts';
import type { Include } from './plan.ts';

export function parseIncludes(
  context: SearchContext,
  kind: '_include' | '_revinclude',
  shape: ReadonlyMap<string, readonly string[]>,
): Include[] {
  const found: Include[] = [];
  for (const [name, values] of shape) {
    const [bare, modifier] = name.split(':');
    if (bare !== kind) continue;
    if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse') {
      throw badParameter(name, {
        en: `The modifier ':${modifier}' is not supported for ${kind}. Supported: :iterate.`,
        zh: `${kind} 不支持修饰符“:${modifier}”。支持::iterate。`,
      });
    }
    for (const value of values) found.push(parseInclude(context, name, value, modifier !== undefined));
  }
  return found;
}

function parseInclude(context: SearchContext, name: string, value: string, iterate: boolean): Include {
  const [source, code, target] = value.split(':');
  if (!source || !code || !context.definitions.resourceTypes.has(source)) {
    throw badParameter(name, {
      en: `'${value}' is not understood. Write Type:parameter or Type:parameter:TargetType, as in Observation:subject.`,
      zh: `无法识别“${value}”。格式为 资源类型:参数 或 资源类型:参数:目标类型,例如 Observation:subject。`,
    });
  }
  if (target !== undefined && !context.definitions.resourceTypes.has(target)) {
    throw badParameter(name, {
      en: `'${target}' is not a resource type.`,
      zh: `“${target}”不是资源类型。`,
    });
  }
  if (code === '*') return { source, target, iterate };
  const parameter = context.parameters(source).byCode.get(code);
  if (parameter?.kind !== 'reference') {
    const references = [...context.parameters(source).byCode.values()]
      .filter((p) => p.kind === 'reference')
      .map((p) => p.code)
      .join(', ');
    throw badParameter(name, {
      en: `${source} has no reference parameter '${code}'. It has: ${references}.`,
      zh: `${source} 没有引用参数“${code}”。可用:${references}。`,
    });
  }
  return { source, code, target, iterate };
}
