/** What documents say of the Binaries that their attachments lead to. Pure. */
import { createHash } from 'node:crypto';
import { keptOf } from '../../interactions/kept-content.ts';
import type { Resource } from '../../kernel/contribution.ts';

/** https://hl7.org/fhir/R4/datatypes.html#Attachment */
export interface Attachment {
  readonly url?: string;
  /** Of the bytes: SHA-1, in Base64. */
  readonly hash?: string;
  readonly size?: number;
}

export interface Placed {
  /** FHIRPath of the attachment. */
  readonly at: string;
  readonly attachment: Attachment;
}

export type Sum = Pick<Attachment, 'hash' | 'size'>;

export const WITH_ATTACHMENTS = ['DiagnosticReport', 'DocumentReference', 'Media'];

/** All attachments. */
export function placedIn(resource: Resource | undefined): Placed[] {
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

/** Those that say of a Binary what can be checked. A document in error says nothing any more. */
export function checkedIn(resource: Resource | undefined): Placed[] {
  if (resource?.status === 'entered-in-error') return [];
  return placedIn(resource).filter(
    ({ attachment: { url, hash, size } }) =>
      (hash !== undefined || size !== undefined) && BINARY.test(String(url)),
  );
}

const BINARY = /(?:^|\/)Binary\/([A-Za-z0-9.-]{1,64})/;

/** By which a Binary finds the documents that say something of its current version. */
export function keysOfDocument(resource: Resource): readonly string[] {
  return checkedIn(resource).flatMap(({ attachment }) => {
    const id = BINARY.exec(attachment.url!)![1]!;
    return attachment.url!.endsWith(`/${id}`) ? [keyOfContent(id)] : [];
  });
}

export function keyOfContent(id: string): string {
  return `content Binary/${id}`;
}

export function sumOf(binary: Resource): Sum {
  const kept = keptOf(binary);
  if (kept) return { hash: kept.sha1, size: kept.size };
  const bytes = Buffer.from(String(binary.data ?? ''), 'base64');
  return { hash: createHash('sha1').update(bytes).digest('base64'), size: bytes.length };
}

/** What of the attachment is not so. */
export function wrongIn({ hash, size }: Attachment, is: Sum): ('hash' | 'size')[] {
  return [
    ...(hash !== undefined && hash !== is.hash ? (['hash'] as const) : []),
    ...(size !== undefined && size !== is.size ? (['size'] as const) : []),
  ];
}

function listOf<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as T[]).filter((v) => typeof v === 'object' && v !== null) : [];
}
