/** The hospital discharges to the community; the township centre takes over, follows up, and the referral is closed. */
import type { Composition, ParametersParameter, Task } from '@medplum/fhirtypes';
import { holdState, type Referral, stateOf, step } from './refer.ts';
import { chinaTime } from './report-bundle.ts';
import { codeSystem, NATIONAL, profiled, structure, UCUM } from './shapes.ts';
import type { Stored } from './step-1-report.ts';
import { DOCTOR, HOSPITAL } from './step-2-find.ts';
import { ask, type Day, hold, resourcesOf } from './systems.ts';

/** 离院方式 CV06.00.226: transferred by order to community or township care. */
const TO_COMMUNITY = '3';
const DOCUMENT_NUMBER = `${NATIONAL}.1.1`;

export async function goHome(day: Day, stored: Stored, referral: Referral, visit: string): Promise<void> {
  const request = await ask(day, 'county-his', 'GET', referral.request, 200);
  const condition = (request.body as { reasonReference?: { reference: string }[] }).reasonReference?.[0]
    ?.reference;
  const outcome = coded('outcome', 'referral-outcome', 'improved');
  await step(day, 'county-his', referral.task, 'discharge', 422, outcome);
  day.say.meaning('noHandover');
  await step(
    day,
    'county-his',
    referral.task,
    'discharge',
    200,
    { name: 'document', resource: handover(day, stored, visit, condition ?? '') },
    { name: 'disposition', valueCode: TO_COMMUNITY },
    outcome,
  );
  const path = `ServiceRequest?based-on=${referral.request}`;
  const down = await ask(day, 'township-his', 'GET', path, 200);
  const [back] = resourcesOf(down, 'ServiceRequest');
  hold(back, day, down, 'shouldContain', { what: 'ServiceRequest' });
  const tasks = await ask(day, 'township-his', 'GET', `Task?focus=ServiceRequest/${back.id}`, 200);
  const named = (code: string) =>
    resourcesOf(tasks, 'Task').find((task) => task.code?.coding?.some((c) => c.code === code));
  const [task, followUp] = [named('referral'), named('referral-follow-up')];
  hold(task && followUp, day, tasks, 'shouldContain', { what: 'Task' });
  day.say.meaning('discharged');
  await closeBelow(day, referral, task, followUp);
}

async function closeBelow(day: Day, referral: Referral, task: Task, followUp: Task): Promise<void> {
  const read = { name: 'medicationPlan', valueBoolean: true };
  holdState(day, await step(day, 'township-his', `Task/${task.id}`, 'acknowledge', 200, read), 'taken-over');
  const above = await ask(day, 'township-his', 'GET', referral.task, 200);
  holdState(day, above, 'closed');
  day.say.meaning('takenOver', { state: stateOf(above.body as Task) });

  await step(
    day,
    'township-his',
    `Task/${followUp.id}`,
    'report-follow-up',
    200,
    coded('outcome', 'referral-outcome', 'stable'),
    { name: 'method', valueCode: '2' },
    { name: 'close', valueBoolean: true },
  );
  const closed = await ask(day, 'township-his', 'GET', `Task/${task.id}`, 200);
  holdState(day, closed, 'closed');
  day.say.meaning('followedUp', { state: stateOf(closed.body as Task) });
}

function coded(name: string, system: string, code: string): ParametersParameter {
  return { name, valueCodeableConcept: { coding: [{ system: codeSystem(system), code }] } };
}

function handover(day: Day, stored: Stored, visit: string, condition: string): Composition {
  const section = (code: string, title: string, text: string, entry?: string) => ({
    title,
    code: { coding: [{ system: codeSystem('county-document-section'), code }] },
    text: {
      status: 'generated' as const,
      div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>`,
    },
    ...(entry ? { entry: [{ reference: entry }] } : {}),
  });
  return {
    resourceType: 'Composition',
    meta: profiled('county-handover'),
    extension: [
      {
        url: structure('follow-up-interval'),
        valueDuration: { value: 7, unit: '天', system: UCUM, code: 'd' },
      },
    ],
    identifier: { system: DOCUMENT_NUMBER, value: `${day.run}-H1` },
    status: 'final',
    type: { coding: [{ system: codeSystem('county-document'), code: 'handover' }] },
    subject: { reference: stored.get('patient')! },
    encounter: { reference: visit },
    date: chinaTime(day.now),
    author: [{ reference: DOCTOR }],
    title: '转诊交接文书',
    attester: [{ mode: 'professional', time: chinaTime(day.now), party: { reference: DOCTOR } }],
    custodian: { reference: HOSPITAL },
    section: [
      section('diagnosis', '出院诊断', '高血压病3级', condition),
      section('results', '主要检查检验结果', '血钾3.6 mmol/L,肌酐84 μmol/L', stored.get('report')),
      section('medicines', '用药及用药计划', '氨氯地平5 mg每日一次,长期服用;停用噻嗪类利尿剂'),
      section('next-steps', '下一步治疗方案', '监测血压与血钾,两周内复诊'),
      section('red-flags', '预警指标', '血压≥180/110 mmHg,或胸痛、剧烈头痛、肌无力时立即就诊'),
      section('follow-up', '随访安排', '东溪镇中心卫生院,7天内首次随访'),
    ],
  };
}
