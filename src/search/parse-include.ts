/**
 * `_include` and `_revinclude`: `Type:parameter`, `Type:parameter:Target`, `Type:*`, and `*` for whatever refers or
 * is referred to. https://hl7.org/fhir/R4/search.html#include
 */
import { badParameter } from '../kernel/fhir-error.ts';
import type { SearchContext } from './condition.ts';
import type { Include, Summary } from './plan.ts';

/** Throws `bad-parameter`. */
export function parseIncludes(
  context: SearchContext,
  kind: '_include' | '_revinclude',
  shape: ReadonlyMap<string, readonly string[]>,
  summary: Summary,
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
  // The narrative alone refers to nothing. https://hl7.org/fhir/R4/search.html#summary
  if (found.length > 0 && summary === 'text') {
    throw badParameter(kind, {
      en: `${kind} does not go together with _summary=text, which leaves the references out. Use _summary=data, or leave one of them out.`,
      zh: `${kind} 不能与 _summary=text 同用,因为后者不含引用。请改用 _summary=data,或去掉其中之一。`,
    });
  }
  return found;
}

function parseInclude(context: SearchContext, name: string, value: string, iterate: boolean): Include {
  if (value === '*') return { iterate };
  const [source, code, target, more] = value.split(':');
  if (!source || !code || more !== undefined || !context.definitions.resourceTypes.has(source)) {
    throw badParameter(name, {
      en: `'${value}' is not understood. Write Type:parameter, Type:parameter:TargetType, Type:* or *, as in Observation:subject.`,
      zh: `无法识别“${value}”。格式为 资源类型:参数、资源类型:参数:目标类型、资源类型:* 或 *,例如 Observation:subject。`,
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
