/** The workflows of referrals: which writes they concern, and what falls due. */
import type { Resource } from '../../kernel/contribution.ts';
import type { Consequence, Scene, Workflow } from '../../kernel/workflow.ts';
import { endReason, inState } from './build.ts';
import { capacityWorkflow } from './capacity-law.ts';
import { beginningOf, taskDeadlines } from './deadlines.ts';
import { died, endedByDeath } from './death.ts';
import { followDocument, isOfDocument } from './document-law.ts';
import { escalate } from './escalation.ts';
import { followFollowUp, followUpDeadlines } from './follow-up-law.ts';
import { type Limits, limitsNow, type Timetable } from './limits.ts';
import { exemptionTime, isFollowUpTask, isReferralTask, isRequest, stateOf, type Task } from './reading.ts';
import { followRequest, requestDeadlines } from './request-law.ts';
import { followTask, taskClaims } from './task-law.ts';
import { appointmentsOf, requestOf } from './tasks.ts';
import { endedByWithdrawal, withdrawn } from './withdrawal.ts';
import { STATE_ZH } from './words.ts';

export function referralWorkflows(timetable: Timetable): readonly Workflow[] {
  return [
    taskWorkflow(timetable),
    requestWorkflow(timetable),
    followUpWorkflow(timetable),
    capacityWorkflow(timetable),
    deathWorkflow(timetable),
    withdrawalWorkflow(timetable),
    { name: 'referral-documents', concerns: isOfDocument, follow: followDocument },
  ];
}

function taskWorkflow(timetable: Timetable): Workflow {
  return {
    name: 'referrals',
    concerns: ({ before, after }) => isReferralTask(before) || isReferralTask(after),
    claims: (resource) => (isReferralTask(resource) ? taskClaims(resource) : []),
    deadlines: async (resource, written, db) =>
      isReferralTask(resource)
        ? taskDeadlines(await timetable(db, beginningOf(resource, written)), resource, written)
        : [],
    follow: async (scene, facts) => followTask(scene, facts, await limitsNow(timetable, scene)),
    due: async (scene, resource, deadline) =>
      taskDue(scene, await limitsNow(timetable, scene), resource as Task, deadline),
  };
}

function requestWorkflow(timetable: Timetable): Workflow {
  return {
    name: 'referral-requests',
    concerns: ({ before, after }) => isRequest(before) || isRequest(after),
    deadlines: async (resource, written, db) =>
      isRequest(resource)
        ? requestDeadlines(await timetable(db, exemptionTime(resource) ?? written), resource)
        : [],
    follow: async (scene, facts) => followRequest(scene, facts, await limitsNow(timetable, scene)),
    due: async (scene, resource) =>
      isRequest(resource) ? { writes: await recordOverdue(scene, resource) } : {},
  };
}

function followUpWorkflow(timetable: Timetable): Workflow {
  return {
    name: 'referral-follow-ups',
    concerns: ({ before, after }) => isFollowUpTask(before) || isFollowUpTask(after),
    deadlines: (resource) => (isFollowUpTask(resource) ? followUpDeadlines(resource) : []),
    follow: async (scene, facts) => followFollowUp(scene, facts, await limitsNow(timetable, scene)),
    due: async (scene, resource) => {
      const task = resource as Task;
      const request = await requestOf(scene, task);
      if (!request) return {};
      const zh = '转诊后随访已逾期,请督促责任团队随访。';
      const en = 'The follow-up after this referral is overdue.';
      const about = `Task/${task.id}`;
      return { writes: await escalate(scene, { about, request, owner: task.owner?.reference, zh, en }) };
    },
  };
}

function deathWorkflow(timetable: Timetable): Workflow {
  return {
    name: 'referral-deaths',
    concerns: died,
    follow: async (scene, { after }) => ({
      writes: await endedByDeath(scene, after!, await limitsNow(timetable, scene)),
    }),
  };
}

function withdrawalWorkflow(timetable: Timetable): Workflow {
  return {
    name: 'referral-withdrawals',
    concerns: withdrawn,
    follow: async (scene, { before }) => ({
      writes: await endedByWithdrawal(scene, before!, await limitsNow(timetable, scene)),
    }),
  };
}

async function taskDue(scene: Scene, limits: Limits, task: Task, deadline: string): Promise<Consequence> {
  const state = stateOf(task);
  const request = await requestOf(scene, task);
  if (!request || !state) return {};
  const booked = await appointmentsOf(scene, `ServiceRequest/${request.id}`, 'booked');
  // The appointment has its own end: who does not come has not arrived.
  if (state === 'accepted' && booked.length > 0) return {};
  if (deadline.startsWith('overdue:')) {
    return {
      writes: await escalate(scene, {
        about: `Task/${task.id}`,
        request,
        owner: task.owner?.reference,
        priority: task.priority,
        zh: `转诊在“${STATE_ZH[state]}”环节超时未处理,请督办。`,
        en: `This referral is overdue in the state ${state}.`,
      }),
    };
  }
  const to = deadline === 'unresolved' ? 'cancelled' : 'timed-out';
  const statusReason = endReason('timed-out', '超过时限未处理 Not dealt with in time');
  return { writes: [inState(task, to, scene.ctx, limits, { statusReason })] };
}

function recordOverdue(
  scene: Scene,
  resource: Parameters<typeof escalate>[1]['request'],
): Promise<Resource[]> {
  return escalate(scene, {
    about: `ServiceRequest/${resource.id}`,
    request: resource,
    owner: resource.requester?.reference,
    priority: resource.priority,
    zh: '急诊转诊的知情同意与病历资料尚未补录,请补录($complete-emergency-record)。',
    en: 'Consent and record of this emergency are still to be completed ($complete-emergency-record).',
  });
}
