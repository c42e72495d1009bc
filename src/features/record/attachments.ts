/**
 * An attachment that leads to a Binary here is what its hash and its size say: whoever reads the document later can
 * rely on it. That of data in the attachment itself is for validation.
 * https://hl7.org/fhir/R4/datatypes.html#Attachment
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { keptOf } from '../../interactions/kept-content.ts';
import type { Resource } from '../../kernel/contribution.ts';
import { localReference } from '../../kernel/ids.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Scene, Workflow } from '../../kernel/workflow.ts';
import { readCurrent, readVersion } from '../../store/read.ts';

interface Attachment {
  readonly url?: string;
  /** Of the bytes: SHA-1, in Base64. */
  readonly hash?: string;
  readonly size?: number;
}

interface Placed {
  /** FHIRPath of the attachment. */
  readonly at: string;
  readonly attachment: Attachment;
}

type Sum = Pick<Attachment, 'hash' | 'size'>;

export const attachments: Workflow = {
  name: 'attachments',
  concerns: ({ before, after }) =>
    after !== undefined &&
    checkedIn(after).length > 0 &&
    !isDeepStrictEqual(placedIn(before), placedIn(after)),
  async follow(scene, { after }) {
    const issues: Issue[] = [];
    for (const placed of checkedIn(after)) {
      const is = await sumOf(scene, placed.attachment);
      if (is) issues.push(...contradictions(placed, is));
    }
    return { issues };
  },
};

function placedIn(resource: Resource | undefined): Placed[] {
  switch (resource?.resourceType) {
    case 'DocumentReference':
      return listOf<{ attachment?: Attachment }>(resource.content).flatMap(({ attachment }, i) =>
        attachment ? [{ at: `DocumentReference.content[${i}].attachment`, attachment }] : [],
      );
    case 'DiagnosticReport':
      return listOf<Attachment>(resource.presentedForm).map((attachment, i) => ({
        at: `DiagnosticReport.presentedForm[${i}]`,
        attachment,
      }));
    case 'Media':
      return [{ at: 'Media.content', attachment: (resource.content ?? {}) as Attachment }];
    default:
      return [];
  }
}

/** Those that say what can be checked. */
function checkedIn(resource: Resource | undefined): Placed[] {
  return placedIn(resource).filter(
    ({ attachment: { url, hash, size } }) =>
      (hash !== undefined || size !== undefined) && /(^|\/)Binary\//.test(url ?? ''),
  );
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as T[]).filter((v) => v !== null) : [];
}

/** Of what the attachment leads to; undefined when that is not here (yet). */
async function sumOf({ ctx, db }: Scene, { url }: Attachment): Promise<Sum | undefined> {
  const named = localReference(url ?? '', ctx.base);
  if (named?.type !== 'Binary') return undefined;
  const { id, version } = named;
  const stored =
    version === undefined
      ? await readCurrent(db, 'Binary', id)
      : await readVersion(db, 'Binary', id, Number(version));
  if (!stored?.content) return undefined;
  const binary = JSON.parse(stored.content) as { data?: string };
  const kept = keptOf(binary);
  return kept ? { hash: kept.sha1, size: kept.size } : sumOfData(binary.data ?? '');
}

function sumOfData(data: string): Sum {
  const bytes = Buffer.from(data, 'base64');
  return { hash: createHash('sha1').update(bytes).digest('base64'), size: bytes.length };
}

/** The right values are not told: the caller may not see the Binary. */
function contradictions({ at, attachment }: Placed, is: Sum): Issue[] {
  const { hash, size } = attachment;
  const issues: Issue[] = [];
  if (hash !== undefined && hash !== is.hash) {
    issues.push(
      problem(
        'value',
        {
          en: `The hash is not that of the content: it is the SHA-1 of its bytes, in Base64 (28 characters). Check that the content is complete.`,
          zh: `哈希值与内容不符:应为内容字节的 SHA-1,以 Base64 表示(28 个字符)。请核对内容是否完整。`,
        },
        { expression: `${at}.hash`, rule: 'document-hash-contradicts' },
      ),
    );
  }
  if (size !== undefined && size !== is.size) {
    issues.push(
      problem(
        'value',
        {
          en: `The content does not have ${size} bytes: size is the number of its bytes, before Base64.`,
          zh: `内容的字节数不是 ${size}:size 为 Base64 编码之前的字节数。`,
        },
        { expression: `${at}.size`, rule: 'document-hash-contradicts' },
      ),
    );
  }
  return issues;
}
