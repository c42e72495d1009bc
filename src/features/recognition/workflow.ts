/**
 * What recognition adds to writes, whichever door they come through: one decision about one matter, duplicate orders
 * that are shown, decisions that are opened again when their result changes.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Claim, Consequence, Scene, Workflow } from '../../kernel/workflow.ts';
import { followDecision } from './decision-law.ts';
import { DECIDABLE, type DecisionTask, matterOf, nameOf } from './decision-records.ts';
import { stands } from './decisions.ts';
import { flagOrder } from './duplicates.ts';
import { type EvidenceOf, isMarked, type MarkPolicy, markFaults, type SameItem } from './marks.ts';
import { evidenceOf } from './reading.ts';
import type { Known } from './reasons.ts';
import { reopenDecisions } from './reopen.ts';
import { isDecision } from './rules.ts';

const RELIED_UPON = new Set(['final', 'amended', 'corrected', 'available']);
/** What a decision rests on: not the opinion. */
const SUBSTANCE =
  /^(status|code|subject|value\w+|effective\w+|started|component|result|imagingStudy|series)$/;

export interface RecognitionSettings {
  /** FHIR base of this server. */
  readonly base: string;
  readonly marks: MarkPolicy;
  readonly sameItem: SameItem;
  readonly definitions: Known;
}

export function recognitionWorkflow({ base, marks, sameItem, definitions }: RecognitionSettings): Workflow {
  const judgesMarks = marks !== 'keep';
  return {
    name: 'recognition',
    concerns: (facts) => concern(facts) !== undefined || (judgesMarks && isMarked(facts.after)),
    claims: (resource) => (isDecision(resource) ? claimsOf(resource as DecisionTask, base) : []),
    async follow(scene, facts): Promise<Consequence> {
      const issues = judgesMarks ? await faultsOf(scene, facts, sameItem) : [];
      if (issues.length > 0) return { issues };
      switch (concern(facts)) {
        case 'decision':
          return followDecision(scene, facts, definitions);
        case 'order':
          return flagOrder(scene, facts);
        case 'result':
          return reopenDecisions(scene, facts);
        default:
          return {};
      }
    },
  };
}

/** A mark and its evidence may come with one transaction: then neither is known before both are written. */
async function faultsOf(scene: Scene, { after }: WriteFacts, sameItem: SameItem): Promise<Issue[]> {
  if (!after || !isMarked(after) || scene.ctx.actor.client === 'system') return [];
  const evidence: EvidenceOf = async (reference) => {
    const basic = await scene.read(reference);
    return basic?.resourceType === 'Basic' ? evidenceOf(basic) : undefined;
  };
  return (await markFaults(after, evidence, sameItem)).map(({ issue }) => issue);
}

function concern(facts: WriteFacts): 'decision' | 'order' | 'result' | undefined {
  const { type, before, after } = facts;
  if (type === 'Task') return isDecision(after) || isDecision(before) ? 'decision' : undefined;
  if (type === 'ServiceRequest') return isPlaced(facts) || isWithdrawn(facts) ? 'order' : undefined;
  if (!DECIDABLE.includes(type) || !before || !RELIED_UPON.has(String(before.status))) return undefined;
  return !after || differs(before, after) ? 'result' : undefined;
}

/** An order that is new, or is another than before. */
export function isPlaced({ before, after }: WriteFacts): boolean {
  if (after?.status !== 'active' || after.doNotPerform === true) return false;
  if (!/^(order|original-order|filler-order|instance-order)$/.test(String(after.intent))) return false;
  return before?.status !== 'active' || !isDeepStrictEqual(before.code, after.code);
}

function isWithdrawn({ before, after }: WriteFacts): boolean {
  const over = !after || after.status === 'revoked' || after.status === 'entered-in-error';
  return over && before?.status === 'active';
}

function differs(before: Resource, after: Resource): boolean {
  const names = new Set([...Object.keys(before), ...Object.keys(after)].filter((n) => SUBSTANCE.test(n)));
  return [...names].some((name) => !isDeepStrictEqual(before[name], after[name]));
}

/** One decision of an institution stands about one result, for one order and encounter. */
function claimsOf(task: DecisionTask, base: string): Claim[] {
  if (!stands(task)) return [];
  const matter = matterOf(task, base);
  return [
    {
      name: `recognition:${nameOf(matter)}`,
      taken: (holder) =>
        problem(
          'business-rule',
          {
            en: `${matter.result} was decided already (${holder}). Revoke that decision first: POST ${holder}/$revoke-recognition.`,
            zh: `${matter.result} 已有互认决定(${holder})。请先撤销:POST ${holder}/$revoke-recognition。`,
          },
          { expression: 'Task.focus', rule: 'recognition-decision-final' },
        ),
    },
  ];
}
