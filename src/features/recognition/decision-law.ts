/** The law of a decision inside its transaction, whichever door it came through; and its trace. */
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import { localReference } from '../../kernel/ids.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Consequence, Scene } from '../../kernel/workflow.ts';
import { assertAsker, deciderIssues } from './asker.ts';
import { type Assessed, assessResult } from './check.ts';
import { graveIssues, sourceOf } from './decide.ts';
import { DECIDABLE, type DecisionTask, matterOf, provenanceOf } from './decision-records.ts';
import { stands } from './decisions.ts';
import { closeIssues } from './duplicates.ts';
import { rulesetFor } from './law.ts';
import { looksIn } from './look.ts';
import { type Known, reasonsOf } from './reasons.ts';
import { denialIssues } from './rules.ts';

export async function followDecision(scene: Scene, facts: WriteFacts, known: Known): Promise<Consequence> {
  const before = facts.before as DecisionTask | undefined;
  const after = facts.after as DecisionTask | undefined;
  await assertAsker(looksIn(scene), scene.ctx, before, after);
  const made = after && stands(after) && after.status !== before?.status ? after : undefined;
  const assessed = made && (await assess(scene, made));
  if (made) {
    const issues = [
      ...(await reasonIssues(scene, made, known)),
      ...(made.status === 'completed' ? eligibilityIssues(scene, made, assessed) : []),
      ...(await deciderIssues(looksIn(scene), made)),
    ];
    if (issues.length > 0) return { issues };
  }
  const { writes = [], issues } = await closeIssues(scene, facts);
  return { issues, writes: [...writes, ...(await traceOf(scene, before, after, assessed))] };
}

/** A new denial names a reason that the ruleset of the asking institution admits. */
async function reasonIssues(scene: Scene, task: DecisionTask, known: Known): Promise<Issue[]> {
  if (task.status !== 'rejected') return [];
  const looks = looksIn(scene);
  const requester = task.requester?.reference ?? scene.ctx.actor.organization;
  const ruleset = await rulesetFor(looks, requester, scene.ctx.now.getTime());
  const reasons = await reasonsOf(known, looks, ruleset);
  return denialIssues(task, new Set(reasons.keys()));
}

/** The result as it is now; undefined when it is none of this server. */
async function assess(scene: Scene, task: DecisionTask): Promise<Assessed | undefined> {
  const { result, organization } = matterOf(task, scene.ctx.base);
  const local = localReference(result, scene.ctx.base);
  if (!local || !DECIDABLE.includes(local.type) || !(await scene.read(result))) return undefined;
  return assessResult(looksIn(scene), local, {
    organization,
    setting: 'outpatient',
    at: scene.ctx.now.getTime(),
  });
}

/** Only a result that is there, final, and surely of this person is recognised. */
function eligibilityIssues(scene: Scene, task: DecisionTask, assessed: Assessed | undefined): Issue[] {
  const { base } = scene.ctx;
  const { result } = matterOf(task, base);
  const subject = localReference(assessed?.subject ?? '', base);
  if (assessed && subject?.id === localReference(task.for?.reference ?? '', base)?.id) {
    return graveIssues(result, assessed.findings, 'Task.focus');
  }
  return [
    problem(
      'business-rule',
      {
        en: `focus must refer to an Observation, DiagnosticReport or ImagingStudy of this server about ${task.for?.reference}, not to '${result}'.`,
        zh: `focus 必须引用本服务器上属于 ${task.for?.reference} 的 Observation、DiagnosticReport 或 ImagingStudy,而不是“${result}”。`,
      },
      { expression: 'Task.focus', rule: 'recognition-not-eligible' },
    ),
  ];
}

/** The Provenance of a decision that was made or taken back, unless it came along. */
async function traceOf(
  scene: Scene,
  before: DecisionTask | undefined,
  after: DecisionTask | undefined,
  assessed: Assessed | undefined,
): Promise<Resource[]> {
  if (!after || after.status === before?.status) return [];
  const { base, now, actor } = scene.ctx;
  const revoked = after.status === 'cancelled' && before !== undefined && stands(before);
  if (!revoked && !stands(after)) return [];
  const there = await scene.search('Provenance', [['target', `Task/${after.id}`]]);
  // One without a source says which system has written, not on what it was decided.
  const came = (p: Resource) => (p.meta as { lastUpdated?: string }).lastUpdated === now.toISOString();
  if (there.some((p) => p.entity !== undefined && came(p))) return [];
  const person = /^Practitioner(Role)?\//.test(actor.fhirUser ?? '') ? actor.fhirUser : actor.organization;
  const who = revoked ? (person ?? after.requester?.reference) : after.owner?.reference;
  if (who === undefined) return [];
  const { result } = matterOf(after, base);
  const source = revoked ? `Task/${after.id}` : assessed ? sourceOf(result, assessed) : result;
  return [provenanceOf(after, who, source, now)];
}
