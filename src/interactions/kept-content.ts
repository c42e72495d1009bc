/**
 * A Binary whose bytes are kept beside the database: in the place of `data` stands an extension that says which and
 * how many they are, in every version. The bytes come and go at the address of the Binary.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Kept } from '../contents/contents.ts';
import { CANONICAL } from '../kernel/canonical.ts';
import type { WriteRule } from '../kernel/contribution.ts';
import { problem } from '../kernel/issue.ts';
import { keepMembers } from '../kernel/json-text.ts';

const URL = `${CANONICAL}/StructureDefinition/kept-content`;

interface Part {
  readonly url: string;
  readonly valueString?: string;
  readonly valueUnsignedInt?: number;
  readonly valueBase64Binary?: string;
}

/** The member `_data` of a Binary whose content is kept. */
export function keptData({ name, size, sha1, sha256 }: Kept): object {
  const parts: Part[] = [
    { url: 'name', valueString: name },
    { url: 'size', valueUnsignedInt: size },
    { url: 'sha1', valueBase64Binary: sha1 },
    { url: 'sha256', valueBase64Binary: sha256 },
  ];
  return { extension: [{ url: URL, extension: parts }] };
}

/** What is kept of a Binary; undefined when its bytes stand in it. */
export function keptOf(binary: object | undefined): Kept | undefined {
  const { _data } = (binary ?? {}) as { _data?: { extension?: readonly { url: string }[] } };
  const found = Array.isArray(_data?.extension) ? _data.extension.find((e) => e?.url === URL) : undefined;
  const parts = (found as { extension?: readonly Part[] } | undefined)?.extension;
  if (!Array.isArray(parts)) return undefined;
  const part = (url: string) => (parts as readonly Part[]).find((p) => p?.url === url);
  return {
    name: part('name')?.valueString ?? '',
    size: part('size')?.valueUnsignedInt ?? 0,
    sha1: part('sha1')?.valueBase64Binary ?? '',
    sha256: part('sha256')?.valueBase64Binary ?? '',
  };
}

/**
 * Nobody comes by a content by naming it: a version has what was received with it, or what the one before has.
 * `isFresh`: see `Contents`.
 */
export function keptContentRule(isFresh: (name: string) => boolean): WriteRule {
  return ({ type, before, after }) => {
    if (type !== 'Binary' || !after) return [];
    const kept = keptOf(after);
    if (!kept || isDeepStrictEqual(kept, keptOf(before)) || isFresh(kept.name)) return [];
    return [notItsContent()];
  };
}

function notItsContent() {
  return problem(
    'business-rule',
    {
      en: 'The content that the extension kept-content names is not that of the version before. Send the bytes themselves, with their own Content-Type.',
      zh: '扩展 kept-content 所指内容不是该资源上一版本的内容。请以其自身的 Content-Type 直接提交字节内容。',
    },
    { expression: 'Binary.data', rule: 'content-not-received' },
  );
}

/** Of a Binary whose content is kept: the text of the whole resource before and after the base64 of its bytes. */
export function aroundData(text: string): readonly [string, string] {
  const rest = keepMembers(text, (key) => key !== '_data');
  return [`${rest.slice(0, -1)},"data":"`, '"}'];
}
