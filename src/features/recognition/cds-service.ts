/** The CDS Hooks services of recognition: what the doctor is shown while ordering, and what became of it. */
import type { Engine } from '../../interactions/engine.ts';
import { perform } from '../../interactions/perform.ts';
import { read } from '../../interactions/read.ts';
import { searchType } from '../../interactions/search.ts';
import { HEALTH_CARD_SYSTEM, HEALTH_RECORD_SYSTEM, RESIDENT_ID_SYSTEM } from '../../kernel/canonical.ts';
import type { CdsCard, CdsRequest, CdsService } from '../../kernel/cds-hooks.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { FhirError } from '../../kernel/fhir-error.ts';
import { askerOf } from './asker.ts';
import { cardOf, nameOf } from './cards.ts';
import {
  type OrderContext,
  orderContextOf,
  patientMissing,
  patientMistaken,
  settingOfEncounter,
} from './cds-context.ts';
import { recordFeedback } from './cds-feedback.ts';
import { checkRecognition, eligible } from './check.ts';
import { community } from './community.ts';
import type { Setting } from './concept.ts';
import { type DecisionTask, decided, type Offer, offered } from './decision-records.ts';
import { decisionsAbout, formerOf } from './decisions.ts';
import { looksOf } from './look.ts';
import { reasonsOf } from './reasons.ts';
import { listed } from './results.ts';

const PREFETCH = {
  patient: 'Patient/{{context.patientId}}',
  encounter: 'Encounter/{{context.encounterId}}',
};
const DOCTOR = /^Practitioner(Role)?\//;

export function recognitionServices(engine: Engine): CdsService[] {
  const service = (hook: string, words: Pick<CdsService, 'title' | 'description'>): CdsService => ({
    id: `recognition-${hook}`,
    hook,
    ...words,
    prefetch: PREFETCH,
    usageRequirements: {
      en: 'Call with the access token of the FHIR endpoint. Nothing is fetched from fhirServer: a client whose FHIR server is another one sends prefetch.patient with a resident id, health card or health record number.',
      zh: '使用 FHIR 接口的访问令牌调用。服务不会从 fhirServer 读取数据:若客户端使用其他 FHIR 服务器,请提供含居民身份证号、健康卡号或健康档案编号的 prefetch.patient。',
    },
    answer: (ctx, request) => answer(engine, ctx, request),
    feedback: (ctx, feedback) => recordFeedback(engine, ctx, feedback),
  });
  return [
    service('order-select', {
      title: { en: 'Results that may be recognised', zh: '可互认结果提示' },
      description: {
        en: 'Tells of earlier laboratory results and images that may be used instead of the selected examination.',
        zh: '提示可以代替所选检查检验的既往结果和影像。',
      },
    }),
    service('order-sign', {
      title: { en: 'Duplicate examinations', zh: '重复检查检验提醒' },
      description: {
        en: 'Warns of orders that repeat an examination whose result may be recognised, and offers to recognise it. Never blocks: the doctor decides.',
        zh: '提醒与可互认结果重复的申请,并建议互认。仅提示,不阻断,由接诊医师判断。',
      },
    }),
  ];
}

async function answer(engine: Engine, ctx: Ctx, request: CdsRequest): Promise<CdsCard[]> {
  const context = orderContextOf(request, ctx);
  const patientId = await patientOf(engine, ctx, context, request.prefetch.patient);
  if (patientId === undefined || context.orders.length === 0) return [];
  const looks = looksOf(engine, ctx);
  const organization = await askerOf(looks, ctx, context.kept(context.user));
  const question = {
    patientId,
    items: context.orders.map((o) => o.code),
    organization,
    setting: await settingOf(engine, ctx, context, request.prefetch.encounter),
    at: ctx.now.getTime(),
  };
  const { items, law } = await checkRecognition(looks, question);
  const found = items.flatMap(({ code, item, candidates }, i) => {
    const assessed = eligible(candidates);
    return assessed ? [{ code, item, assessed, draft: context.orders[i]!.id }] : [];
  });
  if (found.length === 0) return [];
  const references = found.map((f) => f.assessed.reference);
  const decisions = await decisionsAbout(looks, patientId, references);
  const performers = await community(
    looks,
    found.map((f) => f.assessed.performer),
  );
  const reasons = await reasonsOf(engine.definitions, looks, law.ruleset);
  const cards: CdsCard[] = [];
  const offers = new Map<string, DecisionTask>();
  for (const { code, item, assessed, draft } of found) {
    const offer: Offer = {
      result: assessed.reference,
      order: draft && context.kept(`ServiceRequest/${draft}`),
      encounter: context.encounterId && context.kept(`Encounter/${context.encounterId}`),
      patientId,
      item: code,
      owner: context.kept(context.user),
      organization,
      ruleset: law.ruleset?.canonical,
    };
    const { open, standing, generation } = formerOf(decisions, offer, ctx.base);
    const shown = open?.task ?? offered(offer, generation, ctx.now);
    if (standing || offers.has(shown.id)) continue;
    // Whom the profile admits as an owner has offers; others are shown the same.
    if (!open && DOCTOR.test(context.user)) offers.set(shown.id, shown);
    cards.push(
      cardOf(
        {
          name: nameOf(code, item?.name),
          assessed,
          performer: assessed.performer && performers.organization(assessed.performer)?.name,
          offer: shown,
          accepted: decided(shown, offer, { outcome: 'recognized' }, generation, ctx.now),
          draft,
          ours: context.ours,
          signing: request.hook === 'order-sign',
          reasons,
          base: ctx.base,
        },
        ctx.lang,
      ),
    );
  }
  if (offers.size > 0) await record(engine, ctx, [...offers.values()]);
  return cards;
}

/** Somebody who offered the same a moment ago has recorded it. */
async function record(engine: Engine, ctx: Ctx, offers: readonly DecisionTask[]): Promise<void> {
  await perform(engine, ctx, async (scene) => {
    const there = await Promise.all(offers.map(({ id }) => scene.read(`Task/${id}`)));
    return { answer: undefined, along: offers.filter((_, i) => !there[i]) };
  });
}

/** What came along as the patient; nothing of it is validated. */
interface Fetched {
  readonly resourceType?: unknown;
  readonly id?: unknown;
  readonly identifier?: unknown;
}
type Identified = { readonly system?: unknown; readonly value?: unknown } | null | undefined;

/**
 * The patient of this server: by the id when the client's server is this one, else by the strong identifiers of the
 * patient that came along. Undefined for somebody who has no record here. Throws `precondition` (412),
 * and `malformed` when another patient came along.
 */
async function patientOf(
  engine: Engine,
  ctx: Ctx,
  { patientId, ours }: OrderContext,
  prefetched: unknown,
): Promise<string | undefined> {
  if (ours) {
    const found = await read(engine, ctx, 'Patient', patientId).catch(absent);
    if (found) return found.id;
  }
  const { resourceType, id, identifier } = (prefetched ?? {}) as Fetched;
  if (typeof id === 'string' && id !== patientId) throw patientMistaken(patientId, id);
  const strong = [RESIDENT_ID_SYSTEM, HEALTH_CARD_SYSTEM, HEALTH_RECORD_SYSTEM];
  const keys = (Array.isArray(identifier) ? (identifier as Identified[]) : []).flatMap((one) =>
    typeof one?.value === 'string' && strong.includes(one.system as string)
      ? [`${one.system as string}|${one.value}`]
      : [],
  );
  if (resourceType !== 'Patient' || keys.length === 0) throw patientMissing(patientId);
  const found = await searchType(engine, ctx, {
    type: 'Patient',
    query: [
      ['identifier', listed(keys)],
      ['_count', '2'],
    ],
    lenient: false,
  });
  // Two records of what may be one person: nobody's results are shown for the other's.
  return found.matches.length === 1 ? found.matches[0]!.id : undefined;
}

async function settingOf(
  engine: Engine,
  ctx: Ctx,
  { encounterId, ours }: OrderContext,
  prefetched: unknown,
): Promise<Setting> {
  if (prefetched) return settingOfEncounter(prefetched);
  if (!ours || encounterId === undefined) return 'outpatient';
  const found = await read(engine, ctx, 'Encounter', encounterId).catch(absent);
  return settingOfEncounter(found && JSON.parse(found.content));
}

/** What is not there, or not for the caller, is not needed. */
function absent(error: unknown): undefined {
  if (error instanceof FhirError && ['not-found', 'gone', 'forbidden'].includes(error.category))
    return undefined;
  throw error;
}
