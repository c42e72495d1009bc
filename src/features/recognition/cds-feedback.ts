/**
 * What became of a card: an accepted suggestion is a recognition, a card set aside for a listed reason, with what the
 * patient was told, is a denial; without that the offer counts as looked at. https://cds-hooks.hl7.org/2.0/#feedback
 */

import { assertMay } from '../../access/decide.ts';
import { actingFor } from '../../access/write-rule.ts';
import type { Engine } from '../../interactions/engine.ts';
import type { CdsFeedback } from '../../kernel/cds-hooks.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept } from './concept.ts';
import { decideAll } from './decide.ts';
import { cardIdentifier, type DecisionTask, plainReference, setAside, uuidOf } from './decision-records.ts';
import { isOpen, type StoredDecision, storedDecision, writeTogether } from './decisions.ts';
import { rulesetFor } from './law.ts';
import { looksOf } from './look.ts';
import { reasonsOf } from './reasons.ts';
import { REASON_SYSTEM } from './rules.ts';

/** Feedback about a card that is not known, or is decided already, changes nothing. Throws `forbidden`. */
export async function recordFeedback(
  engine: Engine,
  ctx: Ctx,
  feedback: readonly CdsFeedback[],
): Promise<void> {
  assertMay(ctx, 'u', 'Task');
  for (const one of feedback) {
    const offer = await offerOf(engine, ctx, one.card);
    if (!offer || !isOpen(offer.task)) continue;
    if (one.outcome === 'overridden') await override(engine, ctx, offer, one);
    else if (one.acceptedSuggestions.includes(uuidOf(offer.task.id, 'recognise'))) {
      await decideAll(engine, ctx, offer.task.owner!.reference!, [
        { ...matterOf(offer.task, ctx), outcome: 'recognized' },
      ]);
    }
  }
}

async function override(
  engine: Engine,
  ctx: Ctx,
  { task, version }: StoredDecision,
  { overrideReason }: CdsFeedback,
): Promise<void> {
  const comment = overrideReason?.userComment?.trim() || undefined;
  const { code, system = REASON_SYSTEM } = overrideReason?.reason ?? {};
  const looks = looksOf(engine, ctx);
  const ruleset = await rulesetFor(looks, actingFor(ctx)[0], ctx.now.getTime());
  const reasons = await reasonsOf(engine.definitions, looks, ruleset);
  const reason: Concept | undefined =
    code !== undefined && system === REASON_SYSTEM && reasons.has(code)
      ? { coding: [{ system, code }] }
      : undefined;
  if (reason && comment) {
    const denial = { ...matterOf(task, ctx), outcome: 'denied', reason, explanation: comment } as const;
    await decideAll(engine, ctx, task.owner!.reference!, [denial]);
    return;
  }
  await writeTogether(engine, ctx, [{ resource: setAside(task, reason, comment, ctx.now), over: version }]);
}

function matterOf(task: DecisionTask, ctx: Ctx) {
  return {
    at: 'feedback',
    result: plainReference(task.focus?.reference, ctx.base)!,
    order: plainReference(task.basedOn?.[0]?.reference, ctx.base),
    encounter: plainReference(task.encounter?.reference, ctx.base),
  };
}

async function offerOf(engine: Engine, ctx: Ctx, card: string): Promise<StoredDecision | undefined> {
  const [found] = await looksOf(engine, ctx).law.search('Task', [['identifier', cardIdentifier(card)]]);
  return found && storedDecision(found);
}
