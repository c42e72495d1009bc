/**
 * What became of a card: an accepted suggestion is a recognition, a card set aside for a listed reason, with what the
 * patient was told, is a denial; without that the offer counts as looked at. https://cds-hooks.hl7.org/2.0/#feedback
 */

import { actsForOneOf } from '../../access/acting.ts';
import { assertMay } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { perform } from '../../interactions/perform.ts';
import type { CdsFeedback } from '../../kernel/cds-hooks.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import type { Concept } from '../../kernel/elements.ts';
import { decideAll } from './decide.ts';
import { cardIdentifier, type DecisionTask, matterOf, setAside, uuidOf } from './decision-records.ts';
import { isOpen } from './decisions.ts';
import { rulesetFor } from './law.ts';
import { looksOf } from './look.ts';
import { reasonsOf } from './reasons.ts';
import { REASON_SYSTEM } from './rules.ts';

const FEEDBACK = 'feedback';

/** Feedback about a card that is not known, is another institution's, or is decided already, changes nothing. Throws `forbidden`. */
export async function recordFeedback(
  engine: Engine,
  ctx: Ctx,
  feedback: readonly CdsFeedback[],
): Promise<void> {
  assertMay(ctx, 'u', 'Task');
  for (const one of feedback) {
    const offer = await offerOf(engine, ctx, one.card);
    if (!offer || !isOpen(offer)) continue;
    if (one.outcome === 'overridden') await override(engine, ctx, offer, one);
    else if (one.acceptedSuggestions.includes(uuidOf(offer.id, 'recognise'))) {
      await decideAll(engine, ctx, offer.owner!.reference!, [
        { at: FEEDBACK, ...matterOf(offer, ctx.base), outcome: 'recognized' },
      ]);
    }
  }
}

async function override(
  engine: Engine,
  ctx: Ctx,
  task: DecisionTask,
  { overrideReason }: CdsFeedback,
): Promise<void> {
  const comment = overrideReason?.userComment?.trim() || undefined;
  const { code, system = REASON_SYSTEM } = overrideReason?.reason ?? {};
  const looks = looksOf(engine, ctx);
  const matter = matterOf(task, ctx.base);
  const ruleset = await rulesetFor(looks, matter.organization, ctx.now.getTime());
  const reasons = await reasonsOf(engine.definitions, looks, ruleset);
  const reason: Concept | undefined =
    code !== undefined && system === REASON_SYSTEM && reasons.has(code)
      ? { coding: [{ system, code }] }
      : undefined;
  if (reason && comment) {
    const denial = { at: FEEDBACK, ...matter, outcome: 'denied', reason, explanation: comment } as const;
    await decideAll(engine, ctx, task.owner!.reference!, [denial]);
    return;
  }
  const by = matter.organization === undefined ? undefined : [matter.organization];
  await perform(engine, ctx, async (scene) => {
    const now = (await scene.lock(`Task/${task.id}`)) as DecisionTask | undefined;
    const writes = now && isOpen(now) ? [setAside(now, reason, comment, ctx.now)] : [];
    return { answer: undefined, shared: { writes, by } };
  });
}

async function offerOf(engine: Engine, ctx: Ctx, card: string): Promise<DecisionTask | undefined> {
  const found = await looksOf(engine, ctx).law.search('Task', [['identifier', cardIdentifier(card)]]);
  const offer = found[0] as DecisionTask | undefined;
  return offer && (!offer.requester || actsForOneOf(ctx, [matterOf(offer, ctx.base).organization]))
    ? offer
    : undefined;
}
