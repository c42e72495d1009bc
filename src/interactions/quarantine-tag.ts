/** The tag of resources that are in quarantine: see `quarantine.ts`. https://hl7.org/fhir/R4/resource.html#Meta */
import { CANONICAL } from '../kernel/canonical.ts';
import type { Issue } from '../kernel/issue.ts';
import { parseExactly } from '../kernel/json-text.ts';
import type { Stored } from '../store/change.ts';
import type { Body } from './engine.ts';

export const QUARANTINE_SYSTEM = `${CANONICAL}/CodeSystem/quarantine`;
const TAG = { system: QUARANTINE_SYSTEM, code: 'quarantined', display: 'Quarantined' };

type Tagged = { meta?: { tag?: { system?: string; code?: string }[] } };

function isTag({ system, code }: { system?: string; code?: string }): boolean {
  return system === TAG.system && code === TAG.code;
}

/** The body with its flaws and the tag that says that it has some. */
export function flawed(body: Body, flaws: readonly Issue[]): Body {
  const exact = parseExactly(body.text) as Tagged;
  const tags = exact.meta?.tag ?? [];
  if (!tags.some(isTag)) exact.meta = { ...exact.meta, tag: [...tags, TAG] };
  const text = JSON.stringify(exact);
  return { text, resource: JSON.parse(text) as Body['resource'], flaws };
}

/** Whether the version before is in quarantine: what is written over it may have to close Tasks. */
export function isQuarantined(before: Stored | undefined): boolean {
  if (!before?.content?.includes(QUARANTINE_SYSTEM)) return false;
  return ((JSON.parse(before.content) as Tagged).meta?.tag ?? []).some(isTag);
}
