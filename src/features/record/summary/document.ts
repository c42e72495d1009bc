/** The document: https://hl7.org/fhir/R4/documents.html, as http://hl7.org/fhir/uv/ips/ has it. Pure but for its ids. */
import { CANONICAL } from '../../../kernel/canonical.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import { localReference, newId } from '../../../kernel/ids.ts';
import { replaceStrings } from '../../../kernel/json-text.ts';
import type { Gathered, Item } from './gather.ts';
import { divOf, type Section } from './section.ts';
import { DATA_ABSENT, escaped, nameText, referenceIn } from './words.ts';

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
    for (const mentioned of mentionedBy(g, item)) items.set(mentioned.reference, mentioned);
  }
  const whole = wholeReferences(ctx, g);
  const entries = [
    entryText(`urn:uuid:${composition.id}`, whole(JSON.stringify(composition))),
    ...[...items.values()].map(({ reference, text }) =>
      entryText(
        reference.startsWith('urn:') ? reference : `${ctx.base}/${reference}`,
        reference === g.patient.reference ? withAddresses(ctx, identifiable(text)) : whole(text),
      ),
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

/** Institutions, people, medicines and devices that an entry names, as far as the caller may read them. */
function mentionedBy(g: Gathered, { text }: Item): Item[] {
  const found: Item[] = [];
  replaceStrings(text, (key, value) => {
    const item = key === 'reference' ? g.mentioned.get(value) : undefined;
    if (item) found.push(item);
    return undefined;
  });
  return found;
}

/**
 * In a document a reference leads to an entry, or to this server from wherever the document is read. The person has
 * one Patient in it, so what is of another record of the person is of that one: what is stored stays as it is.
 */
function wholeReferences(ctx: Ctx, { patient, linked }: Gathered): (text: string) => string {
  const others = new Set(linked.map((id) => `Patient/${id}`));
  return (text) =>
    withAddresses(
      ctx,
      replaceStrings(text, (key, value) =>
        key === 'reference' && others.has(value) ? patient.reference : undefined,
      ),
    );
}

/** https://hl7.org/fhir/R4/bundle.html#references */
function withAddresses({ base }: Ctx, text: string): string {
  return replaceStrings(text, (key, value) =>
    (key === 'reference' || (key === 'url' && value.startsWith('Binary/'))) && localReference(value)
      ? `${base}/${value}`
      : undefined,
  );
}

/** Summaries have a name and a birth date, or say that these are not known: whoever was taken in without. */
function identifiable(text: string): string {
  const { name, birthDate } = JSON.parse(text) as { name?: object; birthDate?: string };
  const absent = {
    ...(name ? {} : { name: [{ _text: { extension: [DATA_ABSENT] } }] }),
    ...(birthDate ? {} : { _birthDate: { extension: [DATA_ABSENT] } }),
  };
  return name && birthDate ? text : `${text.slice(0, -1)},${JSON.stringify(absent).slice(1)}`;
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
  const title = `${nameText(patient.resource) || '姓名不详'} 健康档案首页与患者摘要`;
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
        code: [
          {
            coding: [
              {
                system: 'http://terminology.hl7.org/CodeSystem/v3-ActClass',
                code: 'PCPR',
                display: 'care provision',
              },
            ],
          },
        ],
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
