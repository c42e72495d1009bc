/** The acknowledgement of HL7 v2, chapter 2.9. Pure. */
import { escapedText } from './er7.ts';

export interface Acknowledged {
  /** MSH-10 of what is answered. */
  readonly id: string;
  readonly event: string;
  readonly to: { readonly application: string; readonly facility: string };
  /** AA: placed. AE: held, or wrong. AR: nothing that is understood. */
  readonly code: 'AA' | 'AE' | 'AR';
  readonly texts: readonly string[];
}

export function acknowledgement({ id, event, to, code, texts }: Acknowledged, now: Date): string {
  const stamp = new Date(now.getTime() + 8 * 3_600_000).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  const fields = (values: readonly string[]) => values.map(escapedText).join('|');
  const msh = `MSH|^~\\&|${fields(['XIANTONG', 'XIANTONG', to.application, to.facility])}|${stamp}+0800||ACK^${escapedText(event)}^ACK|${escapedText(id)}-ACK|P|2.5.1`;
  const errors = texts.map((text) => `ERR|||207|E||||${escapedText(text)}`);
  return [msh, `MSA|${code}|${escapedText(id)}`, ...errors].map((s) => `${s}\r`).join('');
}
