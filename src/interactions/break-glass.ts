/**
 * Breaking the glass: in an emergency somebody who may sees the whole record of one resident, and is seen doing so. The
 * first request writes a Communication to the organisation of who did it and to the resident, before anything is shown.
 */
import type { AccessPolicy } from '../access/policy.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { failure, notFound } from '../kernel/fhir-error.ts';
import { newId } from '../kernel/ids.ts';
import { problem } from '../kernel/issue.ts';
import { beginEmergency } from '../store/emergencies.ts';
import { missingAmong } from '../store/existence.ts';
import type { Engine } from './engine.ts';
import { changeOf } from './prepare.ts';
import { bodyOf } from './version-text.ts';
import { auditOf } from './write-along.ts';

const CATEGORY = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/communication-category', code: 'alert' }],
};
const REASON = {
  coding: [
    { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG', display: 'break the glass' },
  ],
};

/**
 * Tells the organisation (its id) and the resident (id of a Patient) of an emergency, unless they were told of the same
 * within `minutes`. Throws `not-found` for a Patient that is not there, `throttled` when it is one resident too many.
 */
export async function breakGlass(
  engine: Engine,
  ctx: Ctx,
  patient: string,
  { minutes, residentsPerHour }: AccessPolicy['breakGlass'],
  organization: string | undefined,
): Promise<void> {
  const { actor, now, purpose } = ctx;
  const reason = purpose?.reason ?? '';
  const who = actor.fhirUser ?? `client ${actor.client}`;
  const name = actor.userName === undefined ? actor.display : `${actor.userName} · ${actor.display}`;
  await engine.database.tx(async (db) => {
    const missing = await missingAmong(db, [{ type: 'Patient', id: patient }]);
    if (missing.size > 0) throw notFound('Patient', patient);
    const until = now.getTime() + minutes * 60_000;
    const emergency = { who, patient, reason, at: now.getTime(), until };
    const begun = await beginEmergency(db, emergency, residentsPerHour);
    if (begun === 'too-many') throw tooMany(residentsPerHour);
    if (begun === 'told') return;
    const subject = { reference: `Patient/${patient}` };
    const alert = bodyOf({
      resourceType: 'Communication',
      status: 'completed',
      category: [CATEGORY],
      priority: 'urgent',
      subject,
      reasonCode: [{ ...REASON, text: reason }],
      sent: now.toISOString(),
      sender: actor.fhirUser === undefined ? { display: name } : { reference: actor.fhirUser, display: name },
      recipient: [
        subject,
        ...(organization === undefined ? [] : [{ reference: `Organization/${organization}` }]),
      ],
      payload: [
        {
          contentString: `紧急调阅:${name},理由:${reason},有效 ${minutes} 分钟。 The glass was broken by ${name} for ${minutes} minutes: ${reason}`,
        },
      ],
    });
    const change = changeOf(engine, ctx, alert, newId(), 'POST');
    await engine.writer.within(db, [change, ...auditOf(engine, ctx, 'create', [change])]);
  });
}

function tooMany(residents: number) {
  const text = {
    en: `The glass was broken for ${residents} residents within an hour. Wait, or ask the administrator of the county.`,
    zh: `一小时内已对 ${residents} 名居民紧急调阅。请稍后再试,或联系全县管理员。`,
  };
  return failure('throttled', [problem('throttled', text)], { 'retry-after': '3600' });
}
