/**
 * Breaking the glass: in an emergency somebody who may sees every record for some time, and is seen doing so. The
 * first request writes a Communication to the organisation of who did it, before anything is shown.
 */
import type { Ctx } from '../kernel/ctx.ts';
import { newId } from '../kernel/ids.ts';
import { beginEmergency } from '../store/emergencies.ts';
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

/** Tells the organisation (its id) of an emergency, unless it was told of the same within `minutes`. */
export async function breakGlass(
  engine: Engine,
  ctx: Ctx,
  minutes: number,
  organization: string | undefined,
): Promise<void> {
  const { actor, now, purpose } = ctx;
  const reason = purpose?.reason ?? '';
  const who = actor.fhirUser ?? `client ${actor.client}`;
  const name = actor.userName === undefined ? actor.display : `${actor.userName} · ${actor.display}`;
  await engine.database.tx(async (db) => {
    const until = now.getTime() + minutes * 60_000;
    if (!(await beginEmergency(db, { who, reason, at: now.getTime(), until }))) return;
    const alert = bodyOf({
      resourceType: 'Communication',
      status: 'completed',
      category: [CATEGORY],
      priority: 'urgent',
      reasonCode: [{ ...REASON, text: reason }],
      sent: now.toISOString(),
      sender: actor.fhirUser === undefined ? { display: name } : { reference: actor.fhirUser, display: name },
      ...(organization === undefined ? {} : { recipient: [{ reference: `Organization/${organization}` }] }),
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
