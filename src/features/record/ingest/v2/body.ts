/**
 * HL7 v2 over HTTP: a body of text is one message, or the messages of a batch file. It becomes the parameters of
 * `$process-message`, one Bundle for each message; what cannot be read becomes one that says why.
 */
import type { Resource } from '../../../../kernel/contribution.ts';
import { first, messagesIn, text, V2Fault, type V2Message } from './er7.ts';
import { fhirMessage } from './to-fhir.ts';

export const HL7_V2 = 'x-application/hl7-v2+er7';
const TYPES = new Set([
  HL7_V2,
  'application/hl7-v2',
  'application/hl7-v2+er7',
  'application/edi-hl7',
  'text/hl7',
]);

/** One message that came as HL7 v2. */
export interface FromV2 {
  readonly id: string;
  readonly event: string;
  readonly from: { readonly application: string; readonly facility: string };
  readonly bundle?: Resource;
  readonly fault?: string;
}

const COLLECTED = new WeakMap<Resource, readonly FromV2[]>();

/** The messages behind parameters that `v2Body` made. */
export function v2MessagesOf(parameters: Resource): readonly FromV2[] | undefined {
  return COLLECTED.get(parameters);
}

export function v2Body(contentType: string, bytes: Uint8Array): Resource | undefined {
  if (!TYPES.has(contentType.split(';', 1)[0]!.trim().toLowerCase())) return undefined;
  const messages = readAll(new TextDecoder(charset(contentType, bytes)).decode(bytes));
  const content = { resourceType: 'Bundle', type: 'collection' };
  const parameters = { resourceType: 'Parameters', parameter: [{ name: 'content', resource: content }] };
  COLLECTED.set(parameters, messages);
  return parameters;
}

/** MSH-18 says how the text is encoded; old systems send GB 18030. */
function charset(contentType: string, bytes: Uint8Array): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 400)).split(/[\r\n]/, 1)[0]!;
  const said = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? head.split(head[3] ?? '|')[17] ?? '';
  return /^GB|936/i.test(said) ? 'gb18030' : 'utf-8';
}

function readAll(body: string): FromV2[] {
  let messages: V2Message[];
  try {
    messages = messagesIn(body);
  } catch (error) {
    if (!(error instanceof V2Fault)) throw error;
    return [{ id: '', event: '', from: { application: '', facility: '' }, fault: faultText(error) }];
  }
  return messages.map((message) => {
    const msh = first(message, 'MSH');
    const about = {
      id: text(msh, 10),
      event: text(msh, 9, 2),
      from: { application: text(msh, 3), facility: text(msh, 4) },
    };
    try {
      return { ...about, bundle: fhirMessage(message) };
    } catch (error) {
      if (!(error instanceof V2Fault)) throw error;
      return { ...about, fault: faultText(error) };
    }
  });
}

function faultText({ segment, message }: V2Fault): string {
  return `Segment ${segment}: ${message}.`;
}
