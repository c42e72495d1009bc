/**
 * What residents and guardians add to a record: what they measured and what they answer, marked as theirs. What a
 * clinician or a laboratory finds is not theirs to say.
 */
import { addsToOwn } from '../../access/write-rule.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Amendment, Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import { parseExactly } from '../../kernel/json-text.ts';

const ORIGIN = `${CANONICAL}/StructureDefinition/measurement-origin`;
/** Personal health marks follow from the record. */
const FIRST_PAGE = `${CANONICAL}/CodeSystem/first-page-section`;
const RECOGNITION_MARK = `${CANONICAL}/StructureDefinition/recognition-mark`;
/** http://terminology.hl7.org/CodeSystem/v3-ObservationValue: patient reported. */
const LABEL = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'PATRPT' };
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const MEASURED = ['vital-signs', 'activity', 'social-history', 'survey'];
/** What is in an organisation's name is refused as a write for others (`access/write-rule.ts`). */
const JUDGED = /(?:^|\/)(?:Patient|RelatedPerson|Organization)\/[A-Za-z0-9.-]{1,64}(?:\/_history\/.*)?$/;

type Reference = { readonly reference?: string };
interface Concept {
  readonly coding?: readonly { readonly system?: string; readonly code?: string }[];
}
interface Fields {
  readonly resourceType: string;
  readonly meta?: { readonly security?: readonly { readonly system?: string; readonly code?: string }[] };
  readonly extension?: readonly { readonly url?: string }[];
  readonly category?: readonly Concept[];
  readonly code?: Concept;
  readonly subject?: Reference;
  readonly performer?: readonly Reference[];
  readonly author?: Reference;
  readonly sender?: Reference;
}

/** Whoever reads it later sees whose word it is. */
export const contributedAmendment: Amendment = {
  concerns: ({ resourceType }) => isContribution(resourceType),
  async amend({ ctx, text, resource }) {
    if (!addsToOwn(ctx.access.reach, resource.resourceType)) return undefined;
    const marked = markedAs(parseExactly(text) as Fields, whoIs(ctx, resource as unknown as Fields));
    return { text: JSON.stringify(marked), issues: [] };
  },
};

/** What of it would be a clinician's or a laboratory's word. */
export function contributedRule({ type, after, ctx }: WriteFacts): readonly Issue[] {
  if (!after || !(isContribution(type) || type === 'Communication') || !addsToOwn(ctx.access.reach, type))
    return [];
  const said = after as Resource as unknown as Fields;
  const categories = (said.category ?? []).flatMap(({ coding = [] }) =>
    coding.flatMap(({ system, code }) => (system === CATEGORY && code ? [code] : [])),
  );
  return [
    ...(said.code?.coding?.some(({ system }) => system === FIRST_PAGE) ? [notEdited()] : []),
    ...categories.filter((code) => !MEASURED.includes(code)).map(notMeasured),
    ...(type === 'Observation' && said.extension?.some(({ url }) => url === RECOGNITION_MARK)
      ? [notMarked()]
      : []),
    ...(said.performer ?? []).filter(isOther).map(() => notTheirs('Observation.performer')),
    ...(said.sender && isOther(said.sender) ? [notTheirs('Communication.sender')] : []),
    ...(said.author && isOther(said.author) ? [notTheirs('QuestionnaireResponse.author')] : []),
  ];
}

function isContribution(type: string): boolean {
  return type === 'Observation' || type === 'QuestionnaireResponse';
}

function isOther({ reference }: Reference): boolean {
  return !JUDGED.test(reference ?? '');
}

/** The person who signed on; whom it is about, where an app says nobody. */
function whoIs({ actor }: Ctx, { subject }: Fields): Reference | undefined {
  return actor.fhirUser ? { reference: actor.fhirUser } : subject;
}

function markedAs(said: Fields, who: Reference | undefined): Fields {
  const security = said.meta?.security ?? [];
  const labelled = security.some(({ system, code }) => system === LABEL.system && code === LABEL.code);
  const meta = { ...said.meta, security: labelled ? security : [...security, LABEL] };
  if (said.resourceType !== 'Observation')
    return { ...said, meta, ...(who && !said.author ? { author: who } : {}) };
  const others = (said.extension ?? []).filter(({ url }) => url !== ORIGIN);
  const extension = [...others, { url: ORIGIN, valueCode: 'home' }];
  return { ...said, meta, extension, ...(who && !said.performer ? { performer: [who] } : {}) };
}

function notMeasured(code: string): Issue {
  return problem(
    'business-rule',
    {
      en: `Results of the category '${code}' come from those who examine. Residents and guardians add what they measure or say themselves: ${MEASURED.join(', ')}, or no category.`,
      zh: `类别“${code}”的结果由检查检验者出具。居民及监护人可添加自测或自述内容:${MEASURED.join('、')},或不填类别。`,
    },
    { expression: 'Observation.category', rule: 'resident-measures-alone' },
  );
}

function notEdited(): Issue {
  return problem(
    'business-rule',
    {
      en: 'Personal health marks follow from the record, and nobody writes them.',
      zh: '个人健康标识由健康档案自动生成,不可填写。',
    },
    { expression: 'Observation.code', rule: 'resident-measures-alone' },
  );
}

function notMarked(): Issue {
  return problem(
    'business-rule',
    {
      en: 'A recognition mark is given by laboratories and imaging departments: what residents measure themselves has none.',
      zh: '互认标识由检验、影像科室加注,居民自测结果不得携带。',
    },
    { expression: 'Observation.extension', rule: 'resident-measures-alone' },
  );
}

function notTheirs(expression: string): Issue {
  return problem(
    'business-rule',
    {
      en: 'What residents and guardians add is their own word: name the Patient or the RelatedPerson, or nobody.',
      zh: '居民及监护人添加的内容以本人名义:请填写 Patient 或 RelatedPerson,或不填。',
    },
    { expression, rule: 'resident-speaks-alone' },
  );
}
