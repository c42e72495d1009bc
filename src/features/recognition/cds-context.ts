/**
 * The contexts of `order-select` and `order-sign`: who orders what for whom.
 * https://cds-hooks.hl7.org/hooks/order-select/2020May/order-select/
 * https://cds-hooks.hl7.org/hooks/order-sign/2020May/order-sign/
 */
import type { CdsRequest } from '../../kernel/cds-hooks.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept } from '../../kernel/elements.ts';
import { type FhirError, failure, malformed } from '../../kernel/fhir-error.ts';
import { isId } from '../../kernel/ids.ts';
import { type Issue, problem, type Text } from '../../kernel/issue.ts';
import type { Setting } from './concept.ts';

/** Orders in one basket. */
const MAX_ORDERS = 200;
const USER = /^(Practitioner|PractitionerRole|Patient|RelatedPerson)\/[A-Za-z0-9\-.]{1,64}$/;
const DEFINED_AS = ['order-select', 'order-sign'];

export interface DraftOrder {
  /** As the client knows it; undefined when the draft has no id. */
  readonly id?: string;
  readonly code: Concept;
}

export interface OrderContext {
  /** `Practitioner/x` of the client's server. */
  readonly user: string;
  readonly patientId: string;
  readonly encounterId?: string;
  readonly orders: readonly DraftOrder[];
  /** The client's server is this one, as far as it says. */
  readonly ours: boolean;
  /** A reference of the client's, as this server can keep it. */
  readonly kept: (reference: string) => string;
}

interface Draft {
  readonly resourceType?: string;
  readonly id?: unknown;
  readonly code?: Concept;
  readonly status?: string;
  readonly doNotPerform?: boolean;
}

/** Throws `malformed` with every issue. */
export function orderContextOf(request: CdsRequest, ctx: Ctx): OrderContext {
  const { userId, patientId, encounterId, draftOrders, selections } = request.context;
  const issues: Issue[] = [];
  if (typeof userId !== 'string' || !USER.test(userId))
    issues.push(
      wanted('userId', {
        en: 'Practitioner/<id>, PractitionerRole/<id>, Patient/<id> or RelatedPerson/<id>',
        zh: 'Practitioner/<id>、PractitionerRole/<id>、Patient/<id> 或 RelatedPerson/<id>',
      }),
    );
  if (typeof patientId !== 'string' || !isId(patientId))
    issues.push(wanted('patientId', { en: "the patient's FHIR id", zh: '患者的 FHIR id' }));
  if (
    encounterId !== undefined &&
    encounterId !== null &&
    (typeof encounterId !== 'string' || !isId(encounterId))
  )
    issues.push(wanted('encounterId', { en: "the encounter's FHIR id", zh: '就诊的 FHIR id' }));
  const drafts = draftsOf(draftOrders);
  if (!drafts) {
    const en = `a Bundle of at most ${MAX_ORDERS} draft orders`;
    issues.push(wanted('draftOrders', { en, zh: `含至多 ${MAX_ORDERS} 项申请草稿的 Bundle` }));
  }
  const selecting = request.hook === DEFINED_AS[0];
  if (selecting && !(Array.isArray(selections) && selections.every((s) => typeof s === 'string')))
    issues.push(
      wanted('selections', { en: "an array of the selected orders' references", zh: '所选申请的引用数组' }),
    );
  if (issues.length > 0) throw failure('malformed', issues);
  const selected = selecting ? new Set(selections as string[]) : undefined;
  const server = request.fhirServer?.replace(/\/+$/, '');
  const ours = server === undefined || server === ctx.base;
  return {
    user: userId as string,
    patientId: patientId as string,
    encounterId: (encounterId as string | null | undefined) ?? undefined,
    orders: drafts!
      .filter((d) => d.resourceType === 'ServiceRequest' && d.code && d.doNotPerform !== true)
      .filter((d) => !selected || selected.has(`ServiceRequest/${d.id}`) || selected.has(String(d.id)))
      .map((d) => ({
        id: typeof d.id === 'string' && isId(d.id) ? d.id : undefined,
        code: plainConcept(d.code!),
      })),
    ours,
    kept: (reference) => (ours ? reference : `${server}/${reference}`),
  };
}

function draftsOf(bundle: unknown): Draft[] | undefined {
  const { resourceType, entry = [] } = (bundle ?? {}) as { resourceType?: string; entry?: unknown };
  if (resourceType !== 'Bundle' || !Array.isArray(entry) || entry.length > MAX_ORDERS) return undefined;
  return entry.map((e: { resource?: Draft } | null) => e?.resource ?? {});
}

/** What a draft says is not validated: only codes and words are taken from it. */
function plainConcept({ coding, text }: Concept): Concept {
  const codings = (Array.isArray(coding) ? coding : []).flatMap((c) =>
    typeof c?.code === 'string' && typeof c.system === 'string'
      ? [{ system: c.system, code: c.code, ...(typeof c.display === 'string' ? { display: c.display } : {}) }]
      : [],
  );
  return {
    ...(codings.length > 0 ? { coding: codings } : {}),
    ...(typeof text === 'string' ? { text } : {}),
  };
}

const SETTINGS: Readonly<Record<string, Setting>> = {
  EMER: 'emergency',
  IMP: 'inpatient',
  ACUTE: 'inpatient',
  NONAC: 'inpatient',
  OBSENC: 'inpatient',
};

/** http://terminology.hl7.org/ValueSet/v3-ActEncounterCode: what is neither is outpatient. */
export function settingOfEncounter(encounter: unknown): Setting {
  const code = (encounter as { class?: { code?: string } } | undefined)?.class?.code;
  return SETTINGS[code ?? ''] ?? 'outpatient';
}

/** "If the CDS Service cannot obtain data it needs": 412. https://cds-hooks.hl7.org/2.0/#http-status-codes */
export function patientMissing(patientId: string): FhirError {
  return failure('precondition', [
    problem(
      'not-found',
      {
        en: `Patient/${patientId} is not known here. Send the patient, with a resident id, health card or health record number, as prefetch.patient.`,
        zh: `此处没有 Patient/${patientId}。请以 prefetch.patient 提供患者(含居民身份证号、健康卡号或健康档案编号)。`,
      },
      { expression: 'prefetch.patient' },
    ),
  ]);
}

/** Who was fetched is not whom the orders are for: nothing is shown of either. */
export function patientMistaken(patientId: string, fetched: string): FhirError {
  return malformed(
    {
      en: `prefetch.patient is Patient/${fetched}, but context.patientId is ${patientId}: send the patient of the orders.`,
      zh: `prefetch.patient 为 Patient/${fetched},与 context.patientId(${patientId})不符:请提供申请所属患者。`,
    },
    'prefetch.patient.id',
  );
}

function wanted(name: string, what: Text): Issue {
  return problem(
    'structure',
    { en: `context.${name} must be ${what.en}.`, zh: `context.${name} 必须是${what.zh}。` },
    { expression: `context.${name}` },
  );
}
