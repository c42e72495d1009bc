/** What the hospital hands over at discharge. */
import type { Composition } from '@medplum/fhirtypes';
import { DOCTOR, HOSPITAL } from './people.ts';
import { chinaTime, codeSystem, NATIONAL, profiled, structure, UCUM } from './shapes.ts';
import { type Day, place } from './systems.ts';

const DOCUMENT_NUMBER = `${NATIONAL}.1.1`;

/** The hand-over document. */
export function handover(day: Day, condition: string): Composition {
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
    subject: { reference: place(day, 'patient') },
    encounter: { reference: place(day, 'visit') },
    date: chinaTime(day.now),
    author: [{ reference: DOCTOR }],
    title: '转诊交接文书',
    attester: [{ mode: 'professional', time: chinaTime(day.now), party: { reference: DOCTOR } }],
    custodian: { reference: HOSPITAL },
    section: [
      section('diagnosis', '出院诊断', '高血压病3级', condition),
      section('results', '主要检查检验结果', '血钾3.6 mmol/L,肌酐84 μmol/L', place(day, 'report')),
      section('medicines', '用药及用药计划', '氨氯地平5 mg每日一次,长期服用;停用噻嗪类利尿剂'),
      section('next-steps', '下一步治疗方案', '监测血压与血钾,两周内复诊'),
      section('red-flags', '预警指标', '血压≥180/110 mmHg,或胸痛、剧烈头痛、肌无力时立即就诊'),
      section('follow-up', '随访安排', '东溪镇中心卫生院,7天内首次随访'),
    ],
  };
}
