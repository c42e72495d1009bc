/** Tokens by sets of codes: value sets and hierarchies. https://hl7.org/fhir/R4/search.html#modifiers */
import { relatedCodes } from '../../definitions/concepts.ts';
import { badParameter } from '../../kernel/fhir-error.ts';
import type { Composed } from '../../terminology/compose.ts';
import { MAX_VALUES, tooMany } from '../condition.ts';
import type { Parameter } from '../parameters.ts';
import { codeToken, systemCodeToken } from '../tokens.ts';
import { splitEscaped, unescaped } from '../values.ts';
import type { Asked } from './search-type.ts';

/** Codes that are named, and sets that are too large for that. */
export interface CodeSet {
  readonly texts: readonly string[];
  readonly large: readonly Composed[];
}

/** `:in`, `:not-in`: every code of the value sets. */
export function setOfValueSets({ context, parameter, name, value }: Asked): CodeSet {
  const texts = new Set<string>();
  const large: Composed[] = [];
  for (const url of splitEscaped(value, ',').map(unescaped)) {
    const set = context.largeValueSet?.(url);
    if (set) {
      large.push(set);
      continue;
    }
    const codes = context.definitions.valueSet(url);
    if (!codes) {
      throw badParameter(name, {
        en: `The value set '${url}' is not known here, or its codes cannot be listed. Write the canonical url of a value set of this server.`,
        zh: `此处没有值集“${url}”,或无法列出其编码。请填写本服务器已有值集的规范 url。`,
      });
    }
    for (const [system, listed] of codes) {
      for (const code of listed) texts.add(codingText(parameter, system, code));
    }
    if (texts.size > MAX_VALUES) throw tooMany(name);
  }
  return { texts: [...texts], large };
}

/** `:above`, `:below`: the code, and what subsumes it or is subsumed by it in its code system. */
export function setOfHierarchy(
  { context, parameter, name, value }: Asked,
  direction: 'above' | 'below',
): CodeSet {
  const large: Composed[] = [];
  const texts = splitEscaped(value, ',').flatMap((v) => {
    const [first, second] = splitEscaped(v, '|').map(unescaped);
    const systems = second === undefined ? [...parameter.impliedSystems.keys()] : [first!];
    const code = second ?? first!;
    if (systems.length === 0 || systems.includes('') || code === '') {
      throw badParameter(name, {
        en: `'${v}' is not understood: what stands above or below a code is said by its system. Write system|code.`,
        zh: `无法识别“${v}”:编码的上下级由其编码系统决定。格式为 system|code。`,
      });
    }
    return systems.flatMap((system) => {
      const set = context.largeHierarchy?.(system, code, direction);
      if (set) {
        large.push(set);
        return [];
      }
      const codes =
        context.relatedCodes?.(system, code, direction) ??
        relatedCodes(context.definitions.codeSystem(system), code, direction);
      if (!codes) {
        throw badParameter(name, {
          en: `The hierarchy of the code system '${system}' is not known here, so :${direction} cannot be answered. List the codes instead, separated by commas.`,
          zh: `此处没有编码系统“${system}”的层级,无法按 :${direction} 检索。请改为列出各编码,以逗号分隔。`,
        });
      }
      return [...codes].map((c) => codingText(parameter, system, c));
    });
  });
  return { texts, large };
}

/** A code of a system, which an element of type `code` does not write. */
export function codingText({ key, impliedSystems }: Parameter, system: string, code: string): string {
  return impliedSystems.has(system) ? codeToken(key, code) : systemCodeToken(key, system, code);
}
