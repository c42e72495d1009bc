/** Events of referrals by chance, legal and illegal, and what must be so whatever happens. */

import {
  type Circumstances,
  isUnderWay,
  requestStatusOf,
  STATES,
  type State,
  stepTo,
  taskStatusOf,
} from '../../../src/features/referrals/model.ts';
import type { Random } from '../../fuzz/random.ts';
import type { Answer } from '../../support/app.ts';
import type { Call } from '../tokens.ts';
import {
  code,
  given,
  handover,
  IMPROVED,
  type Json,
  opinion,
  parameters,
  REJECTED,
  referral,
  WEST,
  WITHDRAWN,
} from './story.ts';

const STEPS: readonly (readonly [name: string, given: (r: Random, slots: readonly string[]) => Json[]])[] = [
  ['submit', (r) => (r.chance(0.5) ? [given.reference('consent', 'Consent/c-up')] : [])],
  ['submit', () => [given.flag('review', true)]],
  ['return-for-revision', () => [given.text('reason', '补充')]],
  ['receive', () => []],
  ['accept', (r, slots) => (r.chance(0.5) ? [given.reference('slot', r.pick(slots))] : [])],
  ['accept', () => []],
  ['book', (r, slots) => [given.reference('slot', r.pick(slots)), given.flag('hold', r.chance(0.3))]],
  ['reject', () => [REJECTED]],
  ['redirect', () => [given.reference('to', WEST), given.reference('consent', 'Consent/c-all')]],
  ['arrive', () => []],
  ['no-show', () => []],
  ['start', () => []],
  [
    'discharge',
    (r) => [
      given.resource('document', handover(Date.now(), r.chance(0.3) ? ['medicines'] : [])),
      given.code('disposition', r.pick(['1', '3', '9'])),
      ...(r.chance(0.7) ? [IMPROVED] : []),
    ],
  ],
  ['refer-back', (r) => (r.chance(0.5) ? [] : [given.reference('performer', WEST)])],
  ['acknowledge', (r) => [given.flag('medicationPlan', r.chance(0.8))]],
  ['close', (r) => (r.chance(0.5) ? [IMPROVED, given.text('noDownReferral', '痊愈')] : [])],
  ['close', () => [given.resource('document', opinion(Date.now()))]],
  ['cancel', () => [WITHDRAWN]],
  ['report-follow-up', (r) => [IMPROVED, given.code('method', '3'), given.flag('close', r.chance(0.5))]],
];

/** A referral of one kind or another. */
export function anyReferral(r: Random): Json {
  return referral({
    direction: { valueCode: r.pick(['up', 'up', 'lateral']) },
    consent: { valueReference: { reference: 'Consent/c-all' } },
    ...(r.chance(0.3) ? { kind: { valueCode: 'consultation' }, category: { valueCode: 'consult' } } : {}),
    ...(r.chance(0.2) ? { priority: { valueCode: 'stat' } } : {}),
    ...(r.chance(0.3) ? { submit: { valueBoolean: false } } : {}),
  });
}

/** Steps that often lead on from a state. */
const LIKELY: Readonly<Partial<Record<State, readonly string[]>>> = {
  draft: ['submit'],
  'awaiting-consent': ['submit'],
  'internal-review': ['submit'],
  submitted: ['receive', 'accept', 'acknowledge'],
  received: ['accept', 'acknowledge', 'redirect'],
  accepted: ['book', 'arrive', 'start', 'acknowledge'],
  arrived: ['start', 'discharge', 'close'],
  'in-treatment': ['discharge', 'close'],
  discharged: ['refer-back', 'close'],
  'down-referred': ['close'],
  'taken-over': ['close'],
  'following-up': ['close'],
};

/** Something that somebody may try on a task: a step, or a plain write into any state. */
export async function anyEvent(
  r: Random,
  call: Call,
  tasks: readonly Json[],
  slots: readonly string[],
): Promise<Answer> {
  const task = r.pick(tasks);
  if (r.chance(0.75)) {
    const likely = isTask(task) ? LIKELY[stateOf(task)] : ['report-follow-up'];
    const wanted = likely && r.chance(0.7) ? r.pick(likely) : undefined;
    const [name, parameter] = r.pick(wanted ? STEPS.filter(([n]) => n === wanted) : STEPS);
    return call('POST', `Task/${task.id}/$${name}`, parameters(...parameter(r, slots)));
  }
  const state = r.pick(STATES);
  const now = (await call('GET', `Task/${task.id}`)).body;
  const { statusReason: _, ...rest } = now;
  return call('PUT', `Task/${task.id}`, {
    ...rest,
    status: r.chance(0.95) ? taskStatusOf(state) : 'on-hold',
    businessStatus: code('referral-state', state),
    ...(r.chance(0.5) ? { statusReason: code('referral-rejection-reason', 'no-bed') } : {}),
  });
}

const codeOf = (task: Json): string | undefined => task.code?.coding?.[0]?.code;
/** The task to refer, which a norm demands of a visit, is one of public health. */
const isTask = (task: Json) =>
  codeOf(task) === 'referral' && !task.meta.profile?.some((p: string) => p.includes('public-health-task'));

async function all(call: Call, query: string): Promise<Json[]> {
  const found: Json[] = [];
  let next: string | undefined = query;
  while (next) {
    const { body }: Answer = await call('GET', next.replace(/^https?:\/\/[^/]+\/fhir\//, ''));
    found.push(...(body.entry ?? []).map((e: Json) => e.resource));
    next = body.link?.find((l: Json) => l.relation === 'next')?.url;
  }
  return found;
}

/** What does not hold together among all referrals, in words. `deadlines`: of open ones, as `Type/id name`. */
export async function faults(call: Call, deadlines: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  const tasks = (await all(call, 'Task?_count=500')).filter(isTask);
  const requests = new Map(
    (await all(call, 'ServiceRequest?_count=500')).map((s) => [`ServiceRequest/${s.id}`, s]),
  );
  const appointments = await all(call, 'Appointment?_count=500');
  for (const [name, of] of Map.groupBy(tasks, (t: Json) => t.focus.reference)) {
    const request = requests.get(name);
    const open = of.filter((t) => isUnderWay(stateOf(t)));
    if (open.length > 1) found.push(`${name} has ${open.length} tasks under way`);
    const last = open[0] ?? of.toSorted((a, b) => a.authoredOn.localeCompare(b.authoredOn)).at(-1);
    if (request?.status !== requestStatusOf(stateOf(last))) {
      found.push(`${name} is ${request?.status}, its task Task/${last.id} ${stateOf(last)}`);
    }
  }
  for (const task of tasks)
    found.push(...taskFaults(task, requests.get(task.focus.reference), appointments, deadlines));
  found.push(...(await slotFaults(call, appointments)));
  return found;
}

const stateOf = (task: Json): State => task.businessStatus?.coding?.[0]?.code;

function taskFaults(
  task: Json,
  request: Json,
  appointments: readonly Json[],
  deadlines: ReadonlySet<string>,
): string[] {
  const state = stateOf(task);
  const name = `Task/${task.id}`;
  if (!STATES.includes(state)) return [`${name} is in the state ${state}`];
  const found = task.status === taskStatusOf(state) ? [] : [`${name} is ${task.status} and ${state}`];
  const handedOn = task.output?.some((o: Json) => o.type.coding[0].code === 'redirected-to');
  if (state !== 'closed' && state !== 'cancelled' && !handedOn) {
    const own = [...deadlines].some((d) => d.startsWith(`${name} `));
    const booked = appointments.some(
      (a) =>
        a.basedOn?.[0]?.reference === `ServiceRequest/${request?.id}` &&
        deadlines.has(`Appointment/${a.id} no-show`),
    );
    if (!own && !booked) found.push(`${name} (${state}) has no deadline`);
  }
  return [...found, ...wayFaults(task, request)];
}

/** The states that the task says it went through follow from each other. */
function wayFaults(task: Json, request: Json): string[] {
  const extension = (of: Json, url: string) =>
    (of?.extension ?? []).filter((e: Json) => e.url.endsWith(`/${url}`));
  const circumstances: Circumstances = {
    direction: extension(request, 'referral-direction')[0].valueCoding.code,
    kind: request.code.coding[0].code,
    emergency: request.priority === 'stat',
  };
  const way: State[] = extension(task, 'state-time').map((e: Json) => e.extension[0].valueCoding.code);
  return way.slice(1).flatMap((to, i) => {
    const from = way[i]!;
    // A plain write into a state records no time of it: two recorded ones may have one between them.
    const direct = stepTo(from, to, circumstances);
    const through = STATES.some((s) => stepTo(from, s, circumstances) && reaches(s, to, circumstances));
    return direct || through ? [] : [`Task/${task.id} went from ${from} to ${to}`];
  });
}

function reaches(from: State, to: State, circumstances: Circumstances): boolean {
  const seen = new Set<State>([from]);
  for (const s of seen) for (const next of STATES) if (stepTo(s, next, circumstances)) seen.add(next);
  return seen.has(to);
}

const HOLDING = ['pending', 'booked', 'arrived', 'checked-in', 'fulfilled'];

async function slotFaults(call: Call, appointments: readonly Json[]): Promise<string[]> {
  const holders = Map.groupBy(
    appointments.filter((a) => HOLDING.includes(a.status)),
    (a: Json) => a.slot?.[0]?.reference,
  );
  return (await all(call, 'Slot?_count=500')).flatMap((slot) => {
    const held = holders.get(`Slot/${slot.id}`) ?? [];
    if (held.length > 1) return [`Slot/${slot.id} is held ${held.length} times`];
    const wanted = held.length === 0 ? 'free' : held[0].status === 'pending' ? 'busy-tentative' : 'busy';
    return slot.status === wanted ? [] : [`Slot/${slot.id} is ${slot.status}, not ${wanted}`];
  });
}
