/** What the family-doctor team writes: the contract, the enrolment, the follow-up form of hypertension. Pure. */
import type {
  Contract,
  EpisodeOfCare,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  Task,
} from '@medplum/fhirtypes';
import { addDays, addMonths, dayOf } from '../../kernel/calendar.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import { TEAM, TOWNSHIP_CENTRE, TOWNSHIP_DOCTOR } from './people.ts';
import { chinaTime, codeSystem, HOUR, profiled, structure } from './shapes.ts';
import { type Day, place } from './systems.ts';

const PACKAGES = [
  ['basic-package', 'basic', '基础性服务包'],
  ['hypertension-package', 'personalised', '高血压个性化服务包'],
] as const;

const coded = (system: string, code: string) => ({ coding: [{ system: codeSystem(system), code }] });

/** A year from today, with the basic package and that for hypertension; nobody has signed it. */
export function contractOf(day: Day): Contract {
  const start = dayOf(day.now);
  return {
    resourceType: 'Contract',
    meta: profiled('county-contract'),
    extension: [
      { url: structure('contract-care-team'), valueReference: { reference: TEAM } },
      { url: structure('key-population'), valueCodeableConcept: coded('key-population', '04') },
    ],
    identifier: [{ system: `${CANONICAL}/NamingSystem/contract-number`, value: day.run }],
    status: 'offered',
    applies: { start, end: addDays(addMonths(start, 12), -1) },
    subject: [{ reference: place(day, 'patient') }],
    authority: [{ reference: TOWNSHIP_CENTRE }],
    type: coded('county-contract-type', 'family-doctor'),
    term: PACKAGES.map(([id, type, text]) => ({
      extension: [
        {
          url: structure('contract-package'),
          valueCanonical: `https://qinghe.example/fhir/PlanDefinition/${id}|2026`,
        },
      ],
      type: coded('contract-package-type', type),
      offer: { text },
    })),
  };
}

/** Under management for hypertension from a day on. */
export function enrolmentOf(day: Day, start: string): EpisodeOfCare {
  return {
    resourceType: 'EpisodeOfCare',
    meta: profiled('county-programme-enrolment'),
    status: 'active',
    type: [coded('public-health-programme', 'hypertension')],
    patient: { reference: place(day, 'patient') },
    managingOrganization: { reference: TOWNSHIP_CENTRE },
    period: { start },
    team: [{ reference: TEAM }],
  };
}

export interface Visit {
  /** Days ago. */
  readonly ago: number;
  readonly systolic: number;
  readonly diastolic: number;
}

/** The day of a visit. */
export function visitDay(day: Day, { ago }: Visit): string {
  return dayOf(day.now.getTime() - ago * 24 * HOUR);
}

/** The national form of a follow-up visit, as the doctor fills it in. */
export function formOf(day: Day, visit: Visit): QuestionnaireResponse {
  const choice = (linkId: string, system: string, code: string): QuestionnaireResponseItem => ({
    linkId,
    answer: [{ valueCoding: { system: codeSystem(system), code } }],
  });
  const number = (linkId: string, valueDecimal: number): QuestionnaireResponseItem => ({
    linkId,
    answer: [{ valueDecimal }],
  });
  return {
    resourceType: 'QuestionnaireResponse',
    questionnaire: 'https://xiantong.example/fhir/Questionnaire/hypertension-follow-up',
    status: 'completed',
    subject: { reference: place(day, 'patient') },
    authored: chinaTime(day.now),
    author: { reference: TOWNSHIP_DOCTOR },
    item: [
      { linkId: 'visit-date', answer: [{ valueDate: visitDay(day, visit) }] },
      choice('method', 'follow-up-method', '1'),
      choice('symptoms', 'hypertension-symptom', '1'),
      {
        linkId: 'blood-pressure',
        item: [number('systolic', visit.systolic), number('diastolic', visit.diastolic)],
      },
      number('smoking', 5),
      number('drinking', 1),
      number('exercise-times', 3),
      number('exercise-minutes', 30),
      choice('salt', 'salt-intake', '2'),
      choice('psychological', 'good-fair-poor', '1'),
      choice('advice', 'good-fair-poor', '1'),
      choice('adherence', 'medication-adherence', '1'),
      choice('adverse-reaction', 'adverse-reaction', '1'),
      { linkId: 'doctor', answer: [{ valueString: '石永庆' }] },
    ],
  };
}

/** A task of public health as done today, by a resource. */
export function doneBy(task: Task, reference: string, day: Day): Task {
  const today = dayOf(day.now);
  return {
    ...task,
    status: 'completed',
    businessStatus: coded('public-health-task-state', 'done'),
    executionPeriod: { start: today, end: today },
    lastModified: new Date().toISOString(),
    output: [{ type: coded('public-health-task-output', 'record'), valueReference: { reference } }],
  };
}
