/** What the checks of the base structure say. */
import type { Text } from '../kernel/issue.ts';
import { quote } from './primitives.ts';
import type { Run } from './run.ts';

export function notAnObject(run: Run, value: unknown, type: string): void {
  structure(run, 'json-type', {
    en: `${quote(value)} is wrong here; a ${type} is a JSON object.`,
    zh: `${quote(value)} 不正确;${type} 应为 JSON 对象。`,
  });
}

export function emptyObject(run: Run): void {
  structure(run, 'empty-element', {
    en: 'The element has no content; leave it out instead (ele-1).',
    zh: '元素没有内容;没有内容时请不要写该元素(ele-1)。',
  });
}

export function notAnArray(run: Run): void {
  structure(run, 'array-expected', {
    en: 'The element may repeat, so it is a JSON array even for one value: […].',
    zh: '该元素可重复,即使只有一个值也应写成 JSON 数组:[…]。',
  });
}

export function unexpectedArray(run: Run): void {
  structure(run, 'array-unexpected', {
    en: 'The element does not repeat, so it is not a JSON array.',
    zh: '该元素不可重复,不得写成 JSON 数组。',
  });
}

export function emptyArray(run: Run): void {
  structure(run, 'empty-element', {
    en: 'The array is empty; leave the element out instead.',
    zh: '数组为空;没有值时请不要写该元素。',
  });
}

export function unexpectedNull(run: Run): void {
  structure(run, 'null-value', {
    en: 'null is only allowed inside an array of primitives, where the _ sibling has the id or extensions of that place.',
    zh: '只有在基本类型数组中,且对应的“_”同名元素在该位置有 id 或扩展时,才允许 null。',
  });
}

export function siblingNotAllowed(run: Run, name: string): void {
  structure(run, 'unknown-element', {
    en: `'_${name}' is not allowed: only primitive elements have a sibling with an underscore.`,
    zh: `不得使用“_${name}”:只有基本类型元素才有带下划线的同名元素。`,
  });
}

export function siblingLength(run: Run, name: string, values: number, siblings: number): void {
  structure(run, 'sibling-length', {
    en: `'${name}' has ${values} values and '_${name}' has ${siblings}; both arrays need the same length, with null where there is nothing.`,
    zh: `“${name}”有 ${values} 个值,而“_${name}”有 ${siblings} 个;两个数组长度必须相同,空缺处写 null。`,
  });
}

export function unknownElement(run: Run, name: string, known: Iterable<string>): void {
  const hint = nearest(name, known);
  run.add({
    code: 'structure',
    rule: 'unknown-element',
    at: name,
    text: hint
      ? {
          en: `There is no element '${name}' here. Did you mean '${hint}'?`,
          zh: `此处没有元素“${name}”。是否应为“${hint}”?`,
        }
      : {
          en: `There is no element '${name}' here. Use an extension for what FHIR does not have.`,
          zh: `此处没有元素“${name}”。FHIR 未定义的内容请使用扩展。`,
        },
  });
}

export function choiceConflict(run: Run, name: string, first: string, second: string): void {
  run.add({
    code: 'structure',
    rule: 'choice-conflict',
    at: name,
    text: {
      en: `'${first}' and '${second}' are the same element in two types; only one may be present.`,
      zh: `“${first}”与“${second}”是同一元素的两种类型;只能出现一个。`,
    },
  });
}

export function missing(run: Run, name: string, choices: readonly string[] | undefined): void {
  const en = choices ? ` as one of ${choices.join(', ')}` : '';
  const zh = choices ? `,形式为 ${choices.join('、')} 之一` : '';
  run.add({
    code: 'required',
    rule: 'cardinality-min',
    at: name,
    text: { en: `'${name}' is required${en}.`, zh: `“${name}”为必填项${zh}。` },
  });
}

export function tooFew(run: Run, name: string, min: number, found: number): void {
  run.add({
    code: 'required',
    rule: 'cardinality-min',
    at: name,
    text:
      min === 1
        ? { en: `'${name}' is required.`, zh: `“${name}”为必填项。` }
        : {
            en: `'${name}' must appear at least ${min} times; it appears ${found} times.`,
            zh: `“${name}”至少应出现 ${min} 次;现为 ${found} 次。`,
          },
  });
}

export function tooMany(run: Run, name: string, max: number, found: number): void {
  run.add({
    code: 'structure',
    rule: 'cardinality-max',
    at: name,
    text:
      max === 0
        ? { en: `'${name}' is not allowed here.`, zh: `此处不得有“${name}”。` }
        : {
            en: `'${name}' may appear at most ${max} times; it appears ${found} times.`,
            zh: `“${name}”至多可出现 ${max} 次;现为 ${found} 次。`,
          },
  });
}

function structure(run: Run, rule: string, text: Text): void {
  run.add({ code: 'structure', rule, text });
}

/** The known name with the fewest edits, when it is near enough to be meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue;
    const distance = edits(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(change, row[j]! + 1, next[j - 1]! + 1);
    }
    row = next;
  }
  return row[b.length]!;
}
