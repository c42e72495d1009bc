/** A message without its wrapping. https://hl7.org/fhir/R4/messaging.html. Pure. */
import { createHash } from 'node:crypto';
import type { Resource } from '../../../kernel/contribution.ts';
import { dateRange } from '../../../kernel/dates.ts';
import { unprocessable } from '../../../kernel/fhir-error.ts';
import { problem, type Text } from '../../../kernel/issue.ts';

export interface Envelope {
  /** MessageHeader.source.endpoint */
  readonly source: string;
  /** Who sent it: `senderKey`. */
  readonly from: string;
  /** MessageHeader.id: "the identity of the message content", which is the same when it is sent again. */
  readonly id: string;
  /** Milliseconds, by the sender's clock: Bundle.timestamp. */
  readonly sent: number;
  readonly event: object;
  readonly entries: readonly { readonly fullUrl?: string; readonly resource: Resource }[];
  /** Of the content, whatever envelope it came in. */
  readonly hash: string;
  /** JSON text of the Bundle. */
  readonly content: string;
}

interface Header {
  readonly resourceType: string;
  readonly id?: string;
  readonly source?: { readonly endpoint?: string };
  readonly eventCoding?: object;
  readonly eventUri?: string;
}

/**
 * `from`: who sent it, by the endpoint that it names. Throws `unprocessable` for what is no message that can be told
 * from others.
 */
export function envelopeOf(bundle: Resource, from: (endpoint: string) => string): Envelope {
  const { type, timestamp, entry } = bundle as Resource & {
    type?: string;
    timestamp?: string;
    entry?: readonly { fullUrl?: string; resource?: Resource }[];
  };
  if (type !== 'message' || !Array.isArray(entry)) {
    throw wrong('Bundle.type', {
      en: 'The content must be a Bundle of type message.',
      zh: 'content 必须是类型为 message 的 Bundle。',
    });
  }
  const [first, ...others] = entry as { fullUrl?: string; resource?: Resource }[];
  const header = first?.resource as Header | undefined;
  if (header?.resourceType !== 'MessageHeader') {
    throw wrong('Bundle.entry[0]', {
      en: 'A message begins with a MessageHeader.',
      zh: '消息的第一个条目必须是 MessageHeader。',
    });
  }
  const source = header.source?.endpoint;
  if (!header.id || !source) {
    throw wrong('Bundle.entry[0].resource', {
      en: 'MessageHeader.id and MessageHeader.source.endpoint say which message this is; without them one that is sent again would count twice.',
      zh: 'MessageHeader.id 与 MessageHeader.source.endpoint 用于识别消息;缺少时无法判断是否重复发送。',
    });
  }
  const sent = timestamp === undefined ? undefined : dateRange(timestamp)?.lo;
  if (sent === undefined) {
    throw wrong('Bundle.timestamp', {
      en: 'Bundle.timestamp says when the message was sent; without it nobody could tell what is newer.',
      zh: 'Bundle.timestamp 表示消息发送时间;缺少时无法判断内容新旧。',
    });
  }
  const resources = others.filter(
    (e): e is { fullUrl?: string; resource: Resource } => e?.resource !== undefined,
  );
  return {
    source,
    from: from(source),
    id: header.id,
    sent,
    event: header.eventCoding ? { eventCoding: header.eventCoding } : { eventUri: header.eventUri },
    entries: resources,
    hash: createHash('sha256')
      .update(JSON.stringify([header, resources.map((r) => r.resource)]))
      .digest('hex'),
    content: JSON.stringify(bundle),
  };
}

function wrong(expression: string, text: Text) {
  return unprocessable([problem('required', text, { expression })]);
}
