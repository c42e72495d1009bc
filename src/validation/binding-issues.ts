/** What the checks of bindings say. */
import type { Severity, Text } from '../kernel/issue.ts';
import type { Finding } from './run.ts';

type Codes = ReadonlyMap<string, ReadonlySet<string>>;

/** How strongly a value set is demanded; `max` is the maxValueSet of a weaker binding. */
export type Demand = 'required' | 'extensible' | 'preferred' | 'max';

interface Coded {
  readonly system?: string;
  readonly code: string;
}

const SAID: Readonly<Record<Demand, { readonly severity: Severity; readonly rule: string }>> = {
  required: { severity: 'error', rule: 'binding-required' },
  max: { severity: 'error', rule: 'binding-max' },
  extensible: { severity: 'warning', rule: 'binding-extensible' },
  preferred: { severity: 'information', rule: 'binding-preferred' },
};

const SHOWN = 12;

/** None of the codes is in the value set. `codes` are those of the set, when they can be listed. */
export function notInSet(valueSet: string, demand: Demand, found: readonly Coded[], codes?: Codes): Finding {
  const url = valueSet.split('|')[0]!;
  const bare = found.length > 0 && found.every((c) => c.system === undefined) && (codes?.size ?? 1) <= 1;
  const shown = found.map((c) => (bare ? c.code : `${c.system ?? ''}|${c.code}`)).join(', ');
  const list = codes ? listed(codes, bare) : undefined;
  return {
    code: 'code-invalid',
    ...SAID[demand],
    text: isStrict(demand)
      ? must(url, shown, list)
      : should(url, shown, list, demand === 'extensible', coveredSystem(found, codes)),
  };
}

function isStrict(demand: Demand): boolean {
  return demand === 'required' || demand === 'max';
}

/** Codes of value sets that have too many, to show what they look like. */
const EXAMPLES: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/ValueSet/mimetypes': 'application/pdf',
  'http://hl7.org/fhir/ValueSet/all-languages': 'zh-CN',
  'http://hl7.org/fhir/ValueSet/currencies': 'CNY',
};

function must(url: string, found: string, list: string | undefined): Text {
  const example = EXAMPLES[url];
  const eg = (lang: 'en' | 'zh') => (example ? (lang === 'en' ? `, as ${example}` : `,例如 ${example}`) : '');
  if (found === '') {
    return {
      en: `A coding from ${url} is required here${list ? `: ${list}` : ''}.`,
      zh: `此处必须有一个取自 ${url} 的编码${list ? `:${list}` : ''}。`,
    };
  }
  return {
    en: `'${found}' is not in ${url}.${list ? ` Use one of: ${list}.` : ` Use a code of that value set${eg('en')}.`}`,
    zh: `“${found}”不在 ${url} 之内。${list ? `可用:${list}。` : `请使用该值集中的代码${eg('zh')}。`}`,
  };
}

function should(
  url: string,
  found: string,
  list: string | undefined,
  unlessNone: boolean,
  covered: string | undefined,
): Text {
  const codes = list ? ` (${list})` : '';
  const [unless, unlessZh] = unlessNone ? [', unless none of them fits', ',除非其中没有合适的'] : ['', ''];
  if (found === '') {
    return {
      en: `A coding from ${url}${codes} should stand here${unless}.`,
      zh: `此处宜有一个取自 ${url}${codes} 的编码${unlessZh}。`,
    };
  }
  const [hint, hintZh] = covered
    ? [
        ` The set has other codes of ${covered}; is one of them meant?`,
        `该值集含有 ${covered} 的其他代码;是否应为其中之一?`,
      ]
    : ['', ''];
  return {
    en: `'${found}' is not in ${url}. A code of that value set${codes} should be used${unless}.${hint}`,
    zh: `“${found}”不在 ${url} 之内。宜使用该值集中的代码${codes}${unlessZh}。${hintZh}`,
  };
}

/** A system that the value set draws on, and the code comes from. */
function coveredSystem(found: readonly Coded[], codes: Codes | undefined): string | undefined {
  return found.find((c) => c.system !== undefined && codes?.has(c.system))?.system;
}

function listed(codes: Codes, bare: boolean): string {
  const all: string[] = [];
  for (const [system, set] of codes) {
    for (const code of set) {
      if (all.length === SHOWN) return `${all.join(', ')}, …`;
      all.push(bare ? code : `${system}|${code}`);
    }
  }
  return all.join(', ');
}
