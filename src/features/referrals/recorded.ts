/** What a step through a plain write leaves unsaid: since when, until when, and who acts next. */
import { isDeepStrictEqual } from 'node:util';
import type { Scene } from '../../kernel/workflow.ts';
import { inState } from './build.ts';
import type { Limits } from './limits.ts';
import { isDraft, type State } from './model.ts';
import { institutionOf } from './parties.ts';
import { type Request, stateTimes, type Task } from './reading.ts';
import { firstOwner } from './way-back.ts';

interface Taken {
  /** Absent for a new task. */
  readonly before?: Task;
  readonly task: Task;
  readonly request: Request;
  readonly state: State;
}

/**
 * The version of the task that says it, for whoever knows no operation; none when the writer said it. Owner and
 * deadline are the writer's where they were changed with the state.
 */
export async function recordedStep(
  scene: Scene,
  limits: Limits,
  { before, task, request, state }: Taken,
): Promise<Task[]> {
  if (stateTimes(task).length > (before ? stateTimes(before).length : 0)) return [];
  const chosen = before !== undefined && !isDeepStrictEqual(before.owner, task.owner);
  const owner = before && !chosen ? await ownerIn(scene, state, request) : undefined;
  const there = await institutionOf(scene, task.owner?.reference);
  const moves = owner !== undefined && (await institutionOf(scene, owner)) !== there;
  const { statusReason, restriction } = task;
  const recorded = inState(task, state, scene.ctx, limits, {
    statusReason,
    ...(moves ? { owner } : {}),
  });
  const own = restriction && !isDeepStrictEqual(before?.restriction, restriction);
  return [own ? { ...recorded, restriction } : recorded];
}

/** Who is to act in a state: the referring institution, the referral centre, the receiver. */
export async function ownerIn(scene: Scene, state: State, request: Request): Promise<string | undefined> {
  if (isDraft(state) || state === 'internal-review')
    return institutionOf(scene, request.requester?.reference);
  if (state === 'submitted') return firstOwner(scene, request);
  const [performer] = request.performer ?? [];
  if (['rejected', 'no-show', 'timed-out', 'cancelled'].includes(state)) return undefined;
  return (await institutionOf(scene, performer?.reference)) ?? performer?.reference;
}
