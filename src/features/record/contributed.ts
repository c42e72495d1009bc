/**
 * What residents and guardians add to a record: what they measured, answer and write to others, marked as theirs.
 * What a clinician or a laboratory finds is not theirs to say, nor anything in the name of somebody else.
 */
import { addsToOwn } from '../../access/write-rule.ts';
import { readable } from '../../interactions/amend.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { Amendment, Resource, WriteFacts } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept, Reference } from '../../kernel/elements.ts';
import { localReference } from '../../kernel/ids.ts';
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
/** Where each says whose word it is. */
const SPEAKERS = {
  Communication: ['sender'],
  Observation: ['performer'],
  QuestionnaireResponse: ['author', 'source'],
} as const;
/** What is in an organisation's name is refused as a write for others (`access/write-rule.ts`). */
const JUDGED = /(?:^|\/)Organization\/[A-Za-z0-9.-]{1,64}(?:\/_history\/.*)?$/;

type Contributed = keyof typeof SPEAKERS;
interface Fields {
  readonly resourceType: string;
  readonly meta?: { readonly security?: readonly { readonly system?: string; readonly code?: string }[] };
  readonly extension?: readonly { readonly url?: string }[];
  readonly category?: readonly Concept[];
  readonly code?: Concept;
  readonly subject?: Reference;
  readonly performer?: readonly Reference[];
  readonly author?: Reference;
  readonly source?: Reference;
  readonly sender?: Reference;
}

/** Whoever reads it later sees whose word it is. */
export const contributedAmendment: Amendment = {
  concerns: ({ resourceType }) => isContribution(resourceType),
  async amend({ ctx, text, resource }) {
    if (!addsToOwn(ctx.access.reach, resource.resourceType)) return undefined;
    const who = whoIs(ctx, resource as unknown as Fields);
    const marked = readable(() => markedAs(parseExactly(text) as Fields, who));
    return marked && { text: JSON.stringify(marked), issues: [] };
  },
};

/** What of it would be a clinician's or a laboratory's word, or somebody else's. */
export function contributedRule({ type, after, ctx }: WriteFacts): readonly Issue[] {
  if (!after || !isContribution(type) || !addsToOwn(ctx.access.reach, type)) return [];
  const said = after as Resource as unknown as Fields;
  return [
    ...SPEAKERS[type].flatMap((name) =>
      [said[name] ?? []].flat().some((who) => !isOwnWord(ctx, type, who))
        ? [notTheirs(`${type}.${name}`)]
        : [],
    ),
    ...(type === 'Observation' ? measuredAlone(said) : []),
  ];
}

function measuredAlone({ category = [], code, extension = [] }: Fields): readonly Issue[] {
  const others = category.flatMap(({ coding = [], text }) => {
    const codings = coding.filter((c) => c.system !== CATEGORY || !MEASURED.includes(c.code ?? ''));
    return coding.length === 0 ? [text ?? ''] : codings.map((c) => c.code ?? c.system ?? '');
  });
  return [
    ...(code?.coding?.some(({ system }) => system === FIRST_PAGE) ? [notEdited()] : []),
    ...others.map(notMeasured),
    ...(extension.some(({ url }) => url === RECOGNITION_MARK) ? [notMarked()] : []),
  ];
}

function isContribution(type: string): type is Contributed {
  return type in SPEAKERS;
}

/** Of who signed on, or of a Patient whose record is theirs to add to. */
function isOwnWord({ access, actor, base }: Ctx, type: string, { reference = '' }: Reference): boolean {
  if (JUDGED.test(reference)) return true;
  const local = localReference(reference, base);
  if (!local) return false;
  const name = `${local.type}/${local.id}`;
  if (name === actor.fhirUser || access.reach?.actors.includes(name)) return true;
  const handle = `p:${local.id}`;
  return (
    local.type === 'Patient' && !!access.reach?.adds?.some((h) => h === handle || h === `${type} ${handle}`)
  );
}

/** The person who signed on; whom it is about, where an app says nobody. */
function whoIs({ actor }: Ctx, { subject }: Fields): Reference | undefined {
  return actor.fhirUser ? { reference: actor.fhirUser } : subject;
}

function markedAs(said: Fields, who: Reference | undefined): Fields {
  if (said.resourceType === 'Communication')
    return { ...said, ...(who && !said.sender ? { sender: who } : {}) };
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
      en: `Results of the category '${code}' come from those who examine. Residents and guardians add what they measure or say themselves: ${MEASURED.join(', ')} of ${CATEGORY}, or no category.`,
      zh: `类别“${code}”的结果由检查检验者出具。居民及监护人可添加自测或自述内容:${CATEGORY} 中的 ${MEASURED.join('、')},或不填类别。`,
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
      en: 'What residents and guardians add is their own word: name whoever signed on, the Patient whose record it is, or nobody.',
      zh: '居民及监护人添加的内容以本人名义:请填写登录者本人或该档案的 Patient,或不填。',
    },
    { expression, rule: 'resident-speaks-alone' },
  );
}
