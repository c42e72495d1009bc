/** The document: https://hl7.org/fhir/R4/documents.html, as http://hl7.org/fhir/uv/ips/ has it. Pure but for its ids. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { newId } from '../../../kernel/ids.ts';
import type { Gathered, Item } from './gather.ts';
import { divOf, type Section } from './sections.ts';
import { escaped, nameText, referenceIn } from './words.ts';

const IPS = 'http://hl7.org/fhir/uv/ips/StructureDefinition';
const FIRST_PAGE = `${CANONICAL}/StructureDefinition/county-first-page`;
const LIST_EMPTY = 'http://terminology.hl7.org/CodeSystem/list-empty-reason';
const EMPTY_WORDS = { unavailable: 'Unavailable', withheld: 'Information Withheld', nilknown: 'Nil Known' };

export function summaryDocument(ctx: Ctx, g: Gathered, sections: readonly Section[]): string {
  const custodian = custodianOf(g);
  const composition = compositionOf(ctx, g, sections, custodian);
  const items = new Map<string, Item>([[g.patient.reference, g.patient]]);
  if (custodian) items.set(custodian.reference, custodian);
  for (const item of sections.flatMap((s) => s.entries)) {
    items.set(item.reference, item);
    const medicine = g.mentioned.get(referenceIn(item.resource.medicationReference) ?? '');
    if (medicine) items.set(medicine.reference, medicine);
  }
  const entries = [
    entryText(`urn:uuid:${composition.id}`, withWholeReferences(ctx, JSON.stringify(composition))),
    ...[...items.values()].map(({ reference, text }) =>
      reference.startsWith('urn:')
        ? entryText(reference, withWholeReferences(ctx, text))
        : entryText(`${ctx.base}/${reference}`, text),
    ),
  ];
  const head = {
    resourceType: 'Bundle',
    id: newId(),
    meta: { profile: [`${IPS}/Bundle-uv-ips`], lastUpdated: ctx.now.toISOString() },
    identifier: { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${newId()}` },
    type: 'document',
    timestamp: ctx.now.toISOString(),
  };
  return `${JSON.stringify(head).slice(0, -1)},"entry":[${entries.join(',')}]}`;
}

/** What is made here has no address, so that a relative reference of it leads nowhere: https://hl7.org/fhir/R4/bundle.html#references */
function withWholeReferences({ base }: Ctx, text: string): string {
  return text.replace(
    /"reference":"(?=[A-Z][A-Za-z]+\/)/g,
    () => `"reference":${JSON.stringify(base).slice(0, -1)}/`,
  );
}

function entryText(fullUrl: string, resource: string): string {
  return `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${resource}}`;
}

/** The institution that answers for the record: where the resident is looked after, or who keeps the record. */
function custodianOf({ patient, mentioned }: Gathered): Item | undefined {
  const { generalPractitioner = [], managingOrganization } = patient.resource as {
    generalPractitioner?: readonly object[];
    managingOrganization?: object;
  };
  for (const reference of [...generalPractitioner, managingOrganization].map(referenceIn)) {
    const item = mentioned.get(reference ?? '');
    if (item?.resource.resourceType === 'Organization') return item;
  }
  return undefined;
}

function compositionOf(
  ctx: Ctx,
  { patient }: Gathered,
  sections: readonly Section[],
  custodian: Item | undefined,
) {
  const title = `${nameText(patient.resource)} 健康档案首页与患者摘要`;
  return {
    resourceType: 'Composition',
    id: newId(),
    meta: { profile: [`${IPS}/Composition-uv-ips`, ...(custodian ? [FIRST_PAGE] : [])] },
    language: 'zh-CN',
    text: { status: 'generated', div: divOf(`<p>${escaped(title)}</p>`) },
    status: 'final',
    type: {
      coding: [{ system: 'http://loinc.org', code: '60591-5', display: 'Patient summary Document' }],
      text: '患者摘要',
    },
    subject: { reference: patient.reference },
    date: ctx.now.toISOString(),
    author: [custodian ? { reference: custodian.reference } : { display: '县通 Xiantong' }],
    title,
    ...(custodian ? { custodian: { reference: custodian.reference } } : {}),
    event: [
      {
        code: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActClass', code: 'PCPR' }] }],
        period: { end: ctx.now.toISOString() },
      },
    ],
    section: sections.map(sectionOf),
  };
}

function sectionOf({ title, system, code, display, xhtml, entries, empty }: Section) {
  return {
    title,
    code: { coding: [{ system, code, ...(display ? { display } : {}) }] },
    text: { status: 'generated', div: divOf(xhtml) },
    ...(entries.length > 0 ? { entry: entries.map(({ reference }) => ({ reference })) } : {}),
    ...(empty
      ? { emptyReason: { coding: [{ system: LIST_EMPTY, code: empty, display: EMPTY_WORDS[empty] }] } }
      : {}),
  };
}
