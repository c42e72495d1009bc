/**
 * `Patient/$identify`: an institution is shown a card, and finds whose it is. It learns no more than stands on the
 * card; from then on what it writes of the treatment may open the record (`src/access/README.md`, Vouching).
 */

import { actingFor } from '../../access/acting.ts';
import { assertMayAll } from '../../access/decide.ts';
import { bundleText } from '../../interactions/bundle.ts';
import type { Engine } from '../../interactions/engine.ts';
import { changeOf } from '../../interactions/prepare.ts';
import { sceneOn } from '../../interactions/scene.ts';
import { bodyOf } from '../../interactions/version-text.ts';
import { auditOf } from '../../interactions/write-along.ts';
import {
  HEALTH_CARD_SYSTEM,
  RESIDENT_ID_SYSTEM,
  SOCIAL_SECURITY_CARD_SYSTEM,
} from '../../kernel/canonical.ts';
import type { OperationAnswer, OperationInput, Resource } from '../../kernel/contribution.ts';
import type { Ctx, Db } from '../../kernel/ctx.ts';
import { badParameter, failure, forbidden } from '../../kernel/fhir-error.ts';
import { newId } from '../../kernel/ids.ts';
import { problem } from '../../kernel/issue.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { keepIdentification, mayIdentify } from '../../store/identifications.ts';
import { nameOf } from './matching/name.ts';
import { type StrongIdentifier, strongIdentifier } from './matching/strong-identifiers.ts';

/** What one has with one. */
const CARDS = [RESIDENT_ID_SYSTEM, HEALTH_CARD_SYSTEM, SOCIAL_SECURITY_CARD_SYSTEM];
/** What stands on a card, and who keeps the record. */
const SHOWN = ['active', 'name', 'gender', 'birthDate', 'managingOrganization', 'link'];
const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' };
const NOTIFICATION = {
  system: 'http://terminology.hl7.org/CodeSystem/communication-category',
  code: 'notification',
};

type Record = Resource & { readonly id: string };

export async function identify(
  engine: Engine,
  ctx: Ctx,
  { parameters }: OperationInput,
): Promise<OperationAnswer> {
  assertMayAll(ctx, [{ type: 'Patient', permission: 's' }]);
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const card = cardIn(ctx, parameterValue(firstOf(given, 'identifier')));
  const name = nameOf({ text: String(parameterValue(firstOf(given, 'name'))) })?.text;
  const found = await engine.database.tx(async (db) => {
    const whole = db.whole ?? db;
    const allowed = await assertMayIdentify(whole, ctx);
    const records = (await sceneOn(engine, ctx, whole).search('Patient', [
      ['identifier', `${card.system}|${card.value}`],
    ])) as Record[];
    const persons = records.filter((r) => namesOf(r).includes(name));
    if (!allowed) return persons;
    const { organization, hours } = allowed;
    const ids = persons.map(({ id }) => id);
    const now = ctx.now.getTime();
    const untold = await keepIdentification(whole, organization, ids, now, hours);
    await tell(
      engine,
      ctx,
      whole,
      organization,
      persons.filter(({ id }) => untold.includes(id)),
    );
    return persons;
  });
  const entries = found.map((r) => {
    const resource = JSON.stringify(onTheCard(r, card));
    return `{"fullUrl":"${ctx.base}/Patient/${r.id}","resource":${resource},"search":{"mode":"match"}}`;
  });
  return {
    text: bundleText('searchset', [], entries, found.length),
    patients: found.map(({ id }) => id),
    targets: found.map(({ id }) => `Patient/${id}`),
  };
}

/** Throws when it is not for the caller, or too often; undefined for who sees everything anyhow. */
async function assertMayIdentify(db: Db, ctx: Ctx) {
  const { reach } = ctx.access;
  if (!reach) return undefined;
  const organization = actingFor(ctx)[0]?.split('/')[1];
  const { identifies } = reach;
  if (!identifies || organization === undefined || reach.patient !== undefined) throw notForYou();
  if (!(await mayIdentify(db, organization, identifies, ctx.now.getTime()))) throw tooOften();
  return { organization, hours: identifies.hours };
}

function cardIn(ctx: Ctx, value: unknown): StrongIdentifier {
  const card = strongIdentifier((value ?? {}) as object, ctx.now);
  if (card?.valid && CARDS.includes(card.system)) return card;
  throw badParameter('identifier', {
    en: `Give the whole number of a card, with its system: ${CARDS.join(', ')}.`,
    zh: `请给出完整的证件号码及其 system:${CARDS.join('、')}。`,
  });
}

function namesOf({ name }: Resource): (string | undefined)[] {
  return ((name ?? []) as { text?: string; family?: string }[]).flatMap((n) => [
    nameOf(n)?.text,
    nameOf({ text: n.text })?.text,
  ]);
}

function onTheCard(record: Record, { system, value }: StrongIdentifier): Resource {
  const shown = Object.fromEntries(SHOWN.flatMap((key) => (key in record ? [[key, record[key]]] : [])));
  const { versionId, lastUpdated } = (record.meta ?? {}) as { versionId?: string; lastUpdated?: string };
  return {
    resourceType: 'Patient',
    id: record.id,
    meta: { versionId, lastUpdated, tag: [SUBSETTED] },
    identifier: [{ system, value }],
    ...shown,
  };
}

/** The resident, and who keeps the record, learn that another institution can open it. */
async function tell(
  engine: Engine,
  ctx: Ctx,
  db: Db,
  organization: string,
  records: readonly Record[],
): Promise<void> {
  const who = `Organization/${organization}`;
  const changes = records.flatMap((record) => {
    const keeper = record.managingOrganization as { reference?: string } | undefined;
    if (keeper?.reference === who) return [];
    const subject = { reference: `Patient/${record.id}` };
    const body = bodyOf({
      resourceType: 'Communication',
      status: 'completed',
      category: [{ coding: [NOTIFICATION] }],
      subject,
      sent: ctx.now.toISOString(),
      sender: { reference: who },
      recipient: [subject, ...(keeper ? [keeper] : [])],
      payload: [
        {
          contentString: `${ctx.actor.display} 凭证件核验了居民身份,登记就诊后可调阅档案。 ${ctx.actor.display} was shown the resident's card, and can open the record while it treats.`,
        },
      ],
    });
    return [changeOf(engine, { ...ctx, access: { ...ctx.access, reach: undefined } }, body, newId(), 'POST')];
  });
  if (changes.length > 0) {
    await engine.writer.within(db, [...changes, ...auditOf(engine, ctx, 'create', changes)]);
  }
}

function notForYou() {
  return forbidden({
    en: 'Residents are identified by those who treat them: this caller acts for no institution, or in a role that does not.',
    zh: '身份核验仅供诊疗机构使用:当前调用方未归属机构,或其岗位无此权限。',
  });
}

function tooOften() {
  const text = {
    en: 'This institution has asked for too many people, or for too many in vain. Wait an hour.',
    zh: '本机构查询的人数或查无此人的次数过多,请一小时后再试。',
  };
  return failure('throttled', [problem('throttled', text)], { 'retry-after': '3600' });
}
