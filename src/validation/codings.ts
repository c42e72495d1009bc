/**
 * What holds for a Coding wherever it stands, bound or not: its code is one of its system's, and its display is
 * what the system calls it (https://hl7.org/fhir/R4/datatypes.html#Coding).
 */
import type { CodeVerdict } from '../kernel/code-check.ts';
import { canonicalQuantity, UCUM } from '../terminology/units.ts';
import { type CodeSystems, isName } from './code-systems.ts';
import type { Json } from './fhirpath/items.ts';
import type { Finding, Run } from './run.ts';
import { nearest } from './shape-issues.ts';

const ABSOLUTE = /^[a-z][a-z0-9+.-]*:/i;

/** Checks a Coding at the current path. */
export function checkCoding(
  systems: CodeSystems,
  isValueSet: (url: string) => boolean,
  coding: Json,
  run: Run,
): void {
  const { system, code, display } = coding;
  if (typeof code !== 'string') return;
  if (typeof system !== 'string') {
    if (system === undefined && coding._system === undefined) run.add(WITHOUT_SYSTEM);
    return;
  }
  const known = systems.get(system);
  if (typeof known === 'object') {
    const names = known.get(code);
    if (names === undefined) run.add(unknownCode(system, code, nearest(code, known.keys())));
    else if (typeof display === 'string' && names.length > 0 && !isName(names, display))
      run.add(otherDisplay(system, code, display, names));
    return;
  }
  if (system === UCUM) checkUnit(code, run);
  else if (system.includes('/ValueSet/') || isValueSet(system)) run.add(namesValueSet(system));
  else if (!ABSOLUTE.test(system)) run.add(relativeSystem(system));
  else if (known === undefined && run.manner.outside.checkCodes) ask(coding, system, code, run);
}

/** Checks the unit of a Quantity at the current path: a code of UCUM, where it says it is one. */
export function checkQuantity({ system, code }: Json, run: Run): void {
  if (system === UCUM && typeof code === 'string') checkUnit(code, run);
}

function checkUnit(code: string, run: Run): void {
  if (canonicalQuantity(1, code) === undefined) run.add(unknownCode(UCUM, code));
}

function ask({ version, display }: Json, system: string, code: string, run: Run): void {
  const shown = typeof display === 'string' ? display : undefined;
  const check = {
    system,
    code,
    ...(typeof version === 'string' ? { version } : {}),
    ...(shown === undefined ? {} : { display: shown }),
  };
  run.ask({ about: 'codes', codes: [check], judge: ([verdict], later) => judge(verdict!, later) });

  function judge({ valid, display: name, systemKnown }: CodeVerdict, later: Run): void {
    // Another display is no reason for a code to be wrong: whoever answers says so by naming the concept.
    if (valid === false && systemKnown && name === undefined) later.add(unknownCode(system, code));
    else if (shown !== undefined && name !== undefined && sameScript(shown, name) && !isName([name], shown))
      later.add(otherDisplay(system, code, shown, [name]));
  }
}

/** A Chinese name beside an English one is a translation that cannot be judged here. */
function sameScript(a: string, b: string): boolean {
  return /\p{Script=Han}/u.test(a) === /\p{Script=Han}/u.test(b);
}

const WITHOUT_SYSTEM: Finding = {
  code: 'code-invalid',
  severity: 'warning',
  rule: 'coding-system',
  text: {
    en: 'A code without a system means nothing to others. Name the system of the code; a local one by a URL of your own.',
    zh: '没有 system 的代码,他人无法理解。请写明代码所属的编码体系;本地编码可用自有网址命名。',
  },
};

function relativeSystem(system: string): Finding {
  return {
    code: 'code-invalid',
    rule: 'coding-system',
    at: 'system',
    text: {
      en: `'${system}' is no code system: it must be an absolute URI, as 'http://…' or 'urn:oid:…'.`,
      zh: `“${system}”不是编码体系:应为绝对 URI,例如“http://…”或“urn:oid:…”。`,
    },
  };
}

function namesValueSet(system: string): Finding {
  return {
    code: 'code-invalid',
    rule: 'coding-system',
    at: 'system',
    text: {
      en: `'${system}' is a value set, not a code system. Name the system that the code is defined in.`,
      zh: `“${system}”是值集,不是编码体系。请写明定义该代码的编码体系。`,
    },
  };
}

function unknownCode(system: string, code: string, hint?: string): Finding {
  return {
    code: 'code-invalid',
    rule: 'code-unknown',
    at: 'code',
    text:
      system === UCUM
        ? {
            en: `'${code}' is no unit of UCUM. Write the unit's UCUM code (mmol/L, 10*9/L), and what people read into 'unit'.`,
            zh: `“${code}”不是 UCUM 单位。请写 UCUM 代码(如 mmol/L、10*9/L),供人阅读的写法放在 unit。`,
          }
        : {
            en: `There is no code '${code}' in ${system}.${hint ? ` Did you mean '${hint}'?` : ''} Correct the code, or name the system that it comes from.`,
            zh: `${system} 中没有代码“${code}”。${hint ? `是否应为“${hint}”?` : ''}请更正代码,或写明其真正所属的编码体系。`,
          },
  };
}

function otherDisplay(system: string, code: string, display: string, names: readonly string[]): Finding {
  return {
    code: 'value',
    severity: 'warning',
    rule: 'coding-display',
    at: 'display',
    text: {
      en: `'${display}' is not what ${system} calls '${code}': ${names.map((n) => `'${n}'`).join(' or ')}. Check that the code is the one meant.`,
      zh: `${system} 中“${code}”的名称是${names.map((n) => `“${n}”`).join('或')},而不是“${display}”。请核对代码是否正确。`,
    },
  };
}
