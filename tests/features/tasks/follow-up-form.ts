/** Follow-up forms of 高血压 and 糖尿病 as a doctor fills them in. */
import { dayOf } from '../../../src/kernel/calendar.ts';
import { C, DOCTOR, type Json } from '../contracts/story.ts';

export interface Visit {
  readonly pressure?: [number, number];
  readonly glucose?: number;
  readonly day?: string;
  readonly stated?: string;
  readonly next?: string;
  readonly adverse?: boolean;
  readonly reasons?: string[];
  readonly author?: string;
}

/** A follow-up form of hypertension, or of diabetes where a glucose is told, filled in whole. */
export function followUpForm(id: string, patient: string, visit: Visit): Json {
  const {
    pressure = [132, 84],
    glucose,
    day = dayOf(new Date()),
    stated,
    next,
    adverse,
    reasons,
    author = DOCTOR,
  } = visit;
  const coded = (linkId: string, system: string, value: string) => ({
    linkId,
    answer: [{ valueCoding: { system: `${C}/CodeSystem/${system}`, code: value } }],
  });
  const number = (linkId: string, valueDecimal: number) => ({ linkId, answer: [{ valueDecimal }] });
  const diabetes = glucose !== undefined;
  return {
    resourceType: 'QuestionnaireResponse',
    id,
    questionnaire: `${C}/Questionnaire/${diabetes ? 'diabetes' : 'hypertension'}-follow-up|0.1.0`,
    status: 'completed',
    subject: { reference: `Patient/${patient}` },
    authored: `${day}T10:00:00+08:00`,
    author: { reference: author },
    item: [
      { linkId: 'visit-date', answer: [{ valueDate: day }] },
      coded('method', 'follow-up-method', '1'),
      coded('symptoms', diabetes ? 'diabetes-symptom' : 'hypertension-symptom', '1'),
      { linkId: 'blood-pressure', item: [number('systolic', pressure[0]), number('diastolic', pressure[1])] },
      ...(diabetes ? [] : [number('heart-rate', 76)]),
      number('smoking', 5),
      number('drinking', 0),
      number('exercise-times', 3),
      number('exercise-minutes', 30),
      ...(diabetes ? [number('staple-food', 300)] : [coded('salt', 'salt-intake', '2')]),
      coded('psychological', 'good-fair-poor', '1'),
      coded('advice', 'good-fair-poor', '1'),
      ...(diabetes ? [{ linkId: 'fasting-glucose', item: [number('fasting-glucose-plasma', glucose)] }] : []),
      coded('adherence', 'medication-adherence', '1'),
      coded('adverse-reaction', 'adverse-reaction', adverse ? '2' : '1'),
      ...(diabetes ? [coded('hypoglycaemia', 'hypoglycaemia', '1')] : []),
      ...(stated ? [coded('class', 'follow-up-class', stated)] : []),
      ...(reasons
        ? [
            {
              linkId: 'referral',
              item: reasons.map((r) => coded('referral-reason', 'follow-up-referral-reason', r)),
            },
          ]
        : []),
      ...(next ? [{ linkId: 'next-due', answer: [{ valueDate: next }] }] : []),
      { linkId: 'doctor', answer: [{ valueString: '石永庆' }] },
    ],
  };
}
