/** What an Attachment says of its data (https://hl7.org/fhir/R4/datatypes.html#Attachment). */
import { createHash } from 'node:crypto';
import type { Json } from './fhirpath/items.ts';
import type { Run } from './run.ts';

/** Checks size and hash against data that stands in the resource. */
export function checkAttachment({ data, size, hash }: Json, run: Run): void {
  if (typeof data !== 'string' || (size === undefined && hash === undefined)) return;
  const bytes = Buffer.from(data, 'base64');
  if (typeof size === 'number' && size !== bytes.length) {
    run.add({
      code: 'value',
      rule: 'attachment-data',
      at: 'size',
      text: {
        en: `The data has ${bytes.length} bytes, not ${size}.`,
        zh: `data 有 ${bytes.length} 字节,而不是 ${size}。`,
      },
    });
  }
  if (typeof hash !== 'string') return;
  const actual = createHash('sha1').update(bytes).digest('base64');
  if (actual === hash.replaceAll(/\s/g, '')) return;
  run.add({
    code: 'value',
    rule: 'attachment-data',
    at: 'hash',
    text: {
      en: `The SHA-1 of the data is '${actual}', in base64.`,
      zh: `data 的 SHA-1(base64)是“${actual}”。`,
    },
  });
}
