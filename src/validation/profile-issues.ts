/** What the checks of profiles say. */
import type { Issue } from '../kernel/issue.ts';
import type { Expected } from './fixed-values.ts';
import type { Run } from './run.ts';

function json(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

export function notExpected(run: Run, { kind, value }: Expected): void {
  const shown = json(value);
  run.add({
    code: 'value',
    rule: kind === 'fixed' ? 'fixed-value' : 'pattern',
    text:
      kind === 'fixed'
        ? { en: `The value must be exactly ${shown}.`, zh: `此值必须恰为 ${shown}。` }
        : { en: `The value must contain ${shown}.`, zh: `此值必须包含 ${shown}。` },
  });
}

export function typeNotAllowed(run: Run, actual: string, allowed: readonly string[]): void {
  run.add({
    code: 'structure',
    rule: 'type-not-allowed',
    text: {
      en: `${actual} is not allowed here; the type must be ${allowed.join(' or ')}.`,
      zh: `此处不得为 ${actual};类型必须是 ${allowed.join(' 或 ')}。`,
    },
  });
}

export function targetNotAllowed(
  run: Run,
  actual: string,
  allowed: readonly string[],
  at = 'reference',
): void {
  run.add({
    code: 'value',
    rule: 'reference-target',
    at,
    text: {
      en: `The reference is to ${actual}; this element may only refer to ${allowed.join(', ')}.`,
      zh: `引用指向 ${actual};此元素只能引用 ${allowed.join('、')}。`,
    },
  });
}

export function targetUnfit(
  run: Run,
  reference: string,
  urls: readonly string[],
  { expression, text }: Issue,
): void {
  const all = urls.join(', ');
  run.add({
    code: 'value',
    rule: 'reference-profile',
    at: 'reference',
    text: {
      en: `'${reference}' is not as ${all} demands: ${expression}: ${text.en}`,
      zh: `“${reference}”不符合 ${all}:${expression}:${text.zh}`,
    },
  });
}

const PLACES: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  contained: { en: 'contained in this resource', zh: '包含在本资源之内' },
  referenced: { en: 'a resource of its own', zh: '独立的资源' },
  bundled: { en: 'an entry of the same Bundle', zh: '同一 Bundle 中的条目' },
};

export function wrongAggregation(run: Run, reference: string, modes: readonly string[]): void {
  const places = modes.flatMap((mode) => PLACES[mode] ?? []);
  run.add({
    code: 'value',
    rule: 'reference-aggregation',
    at: 'reference',
    text: {
      en: `The target of '${reference}' must be ${places.map((p) => p.en).join(' or ')}.`,
      zh: `“${reference}”的目标必须是${places.map((p) => p.zh).join('或')}。`,
    },
  });
}

export function wrongVersioning(run: Run, reference: string, specific: boolean): void {
  run.add({
    code: 'value',
    rule: 'reference-versioning',
    at: 'reference',
    text: specific
      ? {
          en: `'${reference}' must name a version: 'Type/id/_history/version'.`,
          zh: `“${reference}”必须指明版本:“Type/id/_history/version”。`,
        }
      : {
          en: `'${reference}' must not name a version: leave out '/_history/…'.`,
          zh: `“${reference}”不得指明版本:请去掉“/_history/…”。`,
        },
  });
}

export function noProfileFits(run: Run, urls: readonly string[]): void {
  run.add({
    code: 'structure',
    rule: 'profile-none',
    text: {
      en: `The value conforms to none of ${urls.join(', ')}.`,
      zh: `此值不符合以下任何一个规范:${urls.join('、')}。`,
    },
  });
}

export function tooLong(run: Run, max: number, found: number): void {
  run.add({
    code: 'too-long',
    rule: 'max-length',
    text: {
      en: `The value has ${found} characters; at most ${max} are allowed.`,
      zh: `此值有 ${found} 个字符;最多允许 ${max} 个。`,
    },
  });
}

export function outOfRange(run: Run, low: boolean, limit: unknown): void {
  run.add({
    code: 'value',
    rule: low ? 'min-value' : 'max-value',
    text: low
      ? { en: `The value must be at least ${json(limit)}.`, zh: `此值不得小于 ${json(limit)}。` }
      : { en: `The value must be at most ${json(limit)}.`, zh: `此值不得大于 ${json(limit)}。` },
  });
}

export function sliceTooFew(run: Run, name: string, slice: string, min: number, found: number): void {
  run.add({
    code: 'required',
    rule: 'slice-min',
    at: name,
    text: {
      en: `'${name}' needs at least ${min} item(s) of slice '${slice}'; there are ${found}.`,
      zh: `“${name}”至少需要 ${min} 个属于切片“${slice}”的项;现有 ${found} 个。`,
    },
  });
}

export function sliceTooMany(run: Run, name: string, slice: string, max: number, found: number): void {
  run.add({
    code: 'structure',
    rule: 'slice-max',
    at: name,
    text: {
      en: `'${name}' may have at most ${max} item(s) of slice '${slice}'; there are ${found}.`,
      zh: `“${name}”至多可有 ${max} 个属于切片“${slice}”的项;现有 ${found} 个。`,
    },
  });
}

export function sliceUnknown(run: Run, slices: readonly string[]): void {
  run.add({
    code: 'structure',
    rule: 'slice-closed',
    text: {
      en: `This item belongs to none of the slices ${slices.join(', ')}, and others are not allowed.`,
      zh: `此项不属于任何切片(${slices.join('、')}),且不允许其他项。`,
    },
  });
}

export function sliceOrder(run: Run, slice: string): void {
  run.add({
    code: 'structure',
    rule: 'slice-order',
    text: {
      en: `This item of slice '${slice}' is out of order.`,
      zh: `此项(切片“${slice}”)的次序不正确。`,
    },
  });
}
