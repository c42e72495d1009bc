/** Events of shared diagnosis by chance, legal and illegal, and what must be so whatever happens. */
import { type Event, isOpen, type Kind, STATUS, type State } from '../../../src/features/diagnosis/model.ts';
import type { Random } from '../../fuzz/random.ts';
import type { Answer } from '../../support/app.ts';
import type { Json } from '../recognition/story.ts';
import type { Call } from '../tokens.ts';
import {
  acknowledge,
  advance,
  amendment,
  critical,
  order,
  out,
  report,
  specimen,
  state,
  why,
} from './story.ts';

const EVENTS: readonly Event[] = [
  'register',
  'examine',
  'upload',
  'receive',
  'reject',
  'interpret',
  'publish',
];
const STATES = Object.keys(STATUS) as State[];
/** What leads on, most of the time. */
const LIKELY: Readonly<Partial<Record<`${Kind} ${State}`, Event>>> = {
  'shared-examination requested': 'register',
  'shared-examination registered': 'upload',
  'shared-examination examining': 'upload',
  'shared-diagnosis requested': 'receive',
  'shared-diagnosis delivered': 'interpret',
};

/** An order with its specimen. */
export async function begin(call: Call, id: string): Promise<void> {
  for (const resource of [order(id), specimen(id)])
    await call('PUT', `${resource.resourceType}/${resource.id}`, resource);
}

async function all(call: Call, query: string): Promise<Json[]> {
  const { body } = await call('GET', `${query}&_count=500`);
  return (body.entry ?? []).map((e: Json) => e.resource);
}

export const kindOf = (task: Json): Kind => task.code.coding[0].code;

function tasksOf(call: Call, id: string): Promise<Json[]> {
  return all(call, `Task?based-on=ServiceRequest/${id}&code=shared-examination,shared-diagnosis`);
}

/** A step, a plain write into any state, a report in any status, or the acknowledgement of a critical value. */
export async function anyEvent(r: Random, call: Call, orders: readonly string[]): Promise<Answer> {
  const id = r.pick(orders);
  if (r.chance(0.35)) return anyReport(r, call, id);
  if (r.chance(0.1)) {
    const [alarm] = await all(call, `Task?focus=DiagnosticReport/${id}-report&code=critical-value`);
    if (alarm) return acknowledge(call, alarm.id);
  }
  const tasks = await tasksOf(call, id);
  const open = tasks.filter((t) => isOpen(kindOf(t), state(t)));
  const task = r.pick(open.length > 0 && r.chance(0.8) ? open : tasks);
  if (r.chance(0.8)) {
    const event = (r.chance(0.6) && LIKELY[`${kindOf(task)} ${state(task) as State}`]) || r.pick(EVENTS);
    const more = event === 'upload' ? [out(`Specimen/${id}-specimen`)] : r.chance(0.8) ? [why('重做')] : [];
    return advance(call, task.id, event, more);
  }
  const to = r.pick(STATES);
  return call('PUT', `Task/${task.id}`, {
    ...task,
    status: r.chance(0.9) ? STATUS[to] : 'on-hold',
    businessStatus: { coding: [{ ...task.businessStatus.coding[0], code: to }] },
    ...(r.chance(0.5) ? { statusReason: { text: '重做' } } : {}),
  });
}

function anyReport(r: Random, call: Call, id: string): Promise<Answer> {
  const status = r.pick(['preliminary', 'final', 'final', 'corrected', 'entered-in-error']);
  const extension = [
    ...(r.chance(0.3) ? critical.extension : []),
    ...(status === 'corrected' ? [amendment] : []),
  ];
  const one = report(id, status, {
    conclusion: r.pick(['正常', '偏高']),
    ...(extension.length > 0 ? { extension } : {}),
  });
  return call('PUT', `DiagnosticReport/${one.id}`, one);
}

const PUBLISHED = ['final', 'amended', 'corrected', 'appended'];

/** What does not hold together among these orders, in words. `deadlines`: as `Type/id name`. */
export async function faults(
  call: Call,
  orders: readonly string[],
  deadlines: ReadonlySet<string>,
): Promise<string[]> {
  const found: string[] = [];
  for (const id of orders) {
    const tasks = await tasksOf(call, id);
    const [placed] = await all(call, `ServiceRequest?_id=${id}`);
    const versions = await all(call, `DiagnosticReport/${id}-report/_history?`);
    const say = (text: string) => found.push(`${id}: ${text}`);
    const open = tasks.filter((t) => isOpen(kindOf(t), state(t)));
    if (open.length > 1) say(`${open.length} tasks are open`);
    for (const task of tasks)
      if (task.status !== STATUS[state(task) as State]) say(`${state(task)} is ${task.status}`);
    const of = (kind: Kind, ...states: State[]) =>
      tasks.filter((t) => kindOf(t) === kind && states.includes(state(t)));
    const sent = of('shared-examination', 'uploaded').length;
    const taken = of(
      'shared-diagnosis',
      'requested',
      'delivered',
      'interpreting',
      'published',
      'unsatisfactory',
    );
    if (sent !== taken.length + cancelledOf(tasks))
      say(`sent ${sent} times, ${taken.length} tasks to read it`);
    for (const task of of('shared-diagnosis', 'unsatisfactory'))
      if (!tasks.some((t) => t.partOf?.[0]?.reference === `Task/${task.id}`))
        say('rejected, and not taken again');
    const published = of('shared-diagnosis', 'published').length > 0;
    const reported = versions.filter((v) => v && PUBLISHED.includes(v.status));
    if (reported.length > 0 && !published) say('a report is published, its task is not');
    if (published && placed.status !== 'completed') say(`published, the order is ${placed.status}`);
    found.push(...(await alarmFaults(call, id, versions[0], deadlines)));
  }
  return found;
}

/** Diagnosis tasks that were cancelled before anything was published. */
function cancelledOf(tasks: readonly Json[]): number {
  return tasks.filter((t) => kindOf(t) === 'shared-diagnosis' && state(t) === 'cancelled' && !t.partOf)
    .length;
}

async function alarmFaults(
  call: Call,
  id: string,
  version: Json,
  deadlines: ReadonlySet<string>,
): Promise<string[]> {
  const alarms = await all(call, `Task?focus=DiagnosticReport/${id}-report&code=critical-value`);
  const found = alarms
    .filter((a) => a.status === 'requested' && !deadlines.has(`Task/${a.id} acknowledge`))
    .map((a) => `Task/${a.id} has no deadline`);
  const alarming =
    ['preliminary', ...PUBLISHED].includes(version?.status) &&
    version.extension?.some((e: Json) => e.url === critical.extension[0]!.url && e.valueBoolean);
  return alarming && alarms.length === 0 ? [...found, `${id}: a critical value nobody was told of`] : found;
}
