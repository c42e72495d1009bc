/**
 * Whose a step is, whichever door it comes through: the centre reads, who examines sends, who was told acknowledges.
 * A Task is judged as it was before the step, so that nobody makes it their own on the way.
 */
import { isDeepStrictEqual } from 'node:util';
import { actsForOneOf } from '../../access/acting.ts';
import type { Reference } from '../../kernel/elements.ts';
import { failure } from '../../kernel/fhir-error.ts';
import { problem } from '../../kernel/issue.ts';
import type { Scene } from '../../kernel/workflow.ts';
import { institutionOf } from './people.ts';
import { isCritical, stateOf, type TaskFields } from './reading.ts';

/** `owner`: who is to act on the Task; `requester`: who asked for it; `server`: when a deadline has passed. */
export type Party = 'owner' | 'requester' | 'server';

const WORDS: Readonly<Record<Party, readonly [en: string, zh: string]>> = {
  owner: ['who is to act on the Task (owner)', '任务执行方(owner)'],
  requester: ['who asked for it (requester)', '任务申请方(requester)'],
  server: ['the server, when the deadline has passed', '服务器(超过时限时)'],
};

/** What stays with whoever is to act, while the state stays. */
const OF_THE_OWNER = ['owner', 'requester', 'output'] as const;

/** `Organization/x` of the parties of a Task. */
export async function partiesOf(
  scene: Scene,
  task: TaskFields,
  parties: readonly Party[],
): Promise<string[]> {
  const named = parties.flatMap((p): Reference[] => (p === 'server' ? [] : task[p] ? [task[p]] : []));
  const found = await Promise.all(named.map((n) => institutionOf(scene, n.reference)));
  return [...new Set(found.filter((f) => f !== undefined))];
}

/** Throws `forbidden` unless the caller acts for one of the parties. `step` is its name, for the message. */
export async function assertParty(
  scene: Scene,
  task: TaskFields,
  step: string,
  parties: readonly Party[],
): Promise<void> {
  const { ctx } = scene;
  if (parties.includes('server') && ctx.actor.client === 'system') return;
  const named = await partiesOf(scene, task, parties);
  if (parties.some((p) => p !== 'server') && actsForOneOf(ctx, named)) return;
  const list = (at: 0 | 1) => parties.map((p) => WORDS[p][at]).join(at === 0 ? ', ' : '、');
  const whose = named.length > 0 ? `: ${named.join(', ')}` : '';
  throw failure('forbidden', [
    problem(
      'forbidden',
      {
        en: `The step ${step} belongs to ${list(0)}${whose}. The institution of this client is none of them.`,
        zh: `步骤 ${step} 只能由${list(1)}执行${whose}。当前客户端所属机构不在其列。`,
      },
      { rule: 'diagnosis-step-not-yours' },
    ),
  ]);
}

/** Throws `forbidden` unless a plain write of a Task, new, moved or kept in its state, is the caller's to make. */
export async function assertWriter(
  scene: Scene,
  before: TaskFields | undefined,
  after: TaskFields,
): Promise<void> {
  const critical = isCritical(after);
  const [from, to] = critical ? [before?.status, after.status] : [stateOf(before), stateOf(after)];
  if (!before) return assertParty(scene, after, String(to), beginners(to));
  if (from !== to)
    return assertParty(scene, before, String(to), critical ? enders(to) : stepParties(String(to)));
  if (OF_THE_OWNER.some((name) => !isDeepStrictEqual(before[name], after[name])))
    await assertParty(scene, before, 'change', ['owner']);
}

/** Whoever asked for it may take it back; the rest is for whom it was given to. `step`: an event, or where it leads. */
export function stepParties(step: string): readonly Party[] {
  return step === 'cancel' || step === 'cancelled' ? ['owner', 'requester'] : ['owner'];
}

/** What corrects or withdraws a report is the centre's to begin. */
function beginners(to: string | undefined): readonly Party[] {
  return to === 'requested' || to === 'registered' ? ['owner', 'requester'] : ['owner'];
}

/** Who was told acknowledges; who found a critical value withdraws it; nobody escalates it by hand. */
function enders(to: string | undefined): readonly Party[] {
  if (to === 'cancelled') return ['requester'];
  return to === 'failed' ? ['server'] : ['owner'];
}
