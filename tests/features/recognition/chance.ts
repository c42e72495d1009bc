/** Events of recognition by chance, legal and illegal, and what must be so whatever happens. */
import { DECISION_STATUS } from '../../../src/features/recognition/model.ts';
import type { Random } from '../../fuzz/random.ts';
import type { Answer } from '../../support/app.ts';
import type { Call } from '../tokens.ts';
import {
  ago,
  DOCTOR,
  decide,
  decision,
  evidence,
  type Json,
  LABORATORY,
  load,
  loinc,
  mark,
  person,
  recheckReason,
  result,
  revoke,
} from './story.ts';

const PATIENT = 'chance';
const ITEMS = ['HGB', 'TG'];
const STATUSES = [...new Set(Object.values(DECISION_STATUS)), 'on-hold', 'entered-in-error'];

const nameOf = (item: string) => `chance-${item.toLowerCase()}`;

/** A patient with a result of each item that may be recognised. */
export async function begin(call: Call): Promise<void> {
  await load(call, [
    evidence('chance-evidence', LABORATORY, ITEMS),
    person(PATIENT),
    ...ITEMS.map((item) => result(nameOf(item), PATIENT, item, { extension: [mark('chance-evidence')] })),
  ]);
}

function order(id: string, item: string, status: string): Json {
  return {
    resourceType: 'ServiceRequest',
    id,
    status,
    intent: 'order',
    code: loinc(item),
    subject: { reference: `Patient/${PATIENT}` },
    requester: { reference: DOCTOR },
  };
}

async function all(call: Call, query: string): Promise<Json[]> {
  const { body } = await call('GET', `${query}&_count=500`);
  return (body.entry ?? []).map((e: Json) => e.resource);
}

const decisions = (call: Call) => all(call, `Task?patient=Patient/${PATIENT}&code=recognition-decision`);

/** An order, a decision about it, one taken back, a plain write of one, or a result that is corrected. */
export async function anyEvent(r: Random, call: Call): Promise<Answer> {
  const item = r.pick(ITEMS);
  const to = `Observation/${nameOf(item)}`;
  const placed = `${nameOf(item)}-order-${r.below(3)}`;
  switch (r.pick(['order', 'order', 'decide', 'decide', 'decide', 'revoke', 'plain', 'correct'])) {
    case 'order':
      return call(
        'PUT',
        `ServiceRequest/${placed}`,
        order(placed, item, r.pick(['active', 'active', 'revoked'])),
      );
    case 'decide': {
      const denial = { reason: r.pick(['1', '2', '42']), explanation: '已告知' };
      const about = { order: `ServiceRequest/${placed}`, ...(r.chance(0.4) ? denial : {}) };
      return decide(call, decision(to, about));
    }
    case 'correct': {
      const now = (await call('GET', to)).body;
      const valueQuantity = { ...now.valueQuantity, value: 1 + r.below(9) };
      return call('PUT', to, { ...now, status: 'corrected', issued: ago(0), valueQuantity });
    }
    default: {
      const found = await decisions(call);
      if (found.length === 0) return call('GET', `Task?patient=Patient/${PATIENT}`);
      const task = r.pick(found);
      if (r.chance(0.6)) return revoke(call, task.id);
      return call('PUT', `Task/${task.id}`, {
        ...task,
        status: r.pick(STATUSES),
        ...(r.chance(0.5) ? { statusReason: recheckReason('1') } : {}),
      });
    }
  }
}

const stands = ({ status }: Json) => status === 'completed' || status === 'rejected';
const matter = (task: Json) =>
  [task.focus, task.basedOn?.[0], task.encounter].map((reference) => reference?.reference ?? '').join('|');

/** What does not hold together, in words. */
export async function faults(call: Call): Promise<string[]> {
  const found: string[] = [];
  const tasks = await decisions(call);
  for (const [about, of] of Map.groupBy(tasks, matter)) {
    const standing = of.filter(stands);
    if (standing.length > 1) found.push(`${about} was decided ${standing.length} times`);
  }
  const provenances = await all(call, `Provenance?target=${tasks.map((t) => `Task/${t.id}`).join(',')}`);
  const traced = new Set(provenances.flatMap((p) => p.target.map((t: Json) => t.reference)));
  for (const task of tasks) {
    if (!Object.values(DECISION_STATUS).includes(task.status))
      found.push(`Task/${task.id} is ${task.status}`);
    if (stands(task) && !traced.has(`Task/${task.id}`)) found.push(`Task/${task.id} rests on nothing`);
  }
  const issues = await all(call, `DetectedIssue?patient=Patient/${PATIENT}`);
  for (const one of await all(call, `ServiceRequest?patient=Patient/${PATIENT}&status=active`)) {
    const name = `ServiceRequest/${one.id}`;
    const decided = tasks.some((t) => stands(t) && t.basedOn?.[0]?.reference === name);
    const issue = issues.find((i) => i.implicated.some((m: Json) => m.reference === name));
    if (issue && decided !== (issue.status === 'final'))
      found.push(`${name} is ${decided ? '' : 'not '}decided, its issue ${issue.status}`);
    if (!issue && !decided) found.push(`${name} repeats a result, and nobody is told`);
  }
  return found;
}
