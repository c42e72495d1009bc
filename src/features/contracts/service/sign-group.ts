/** `Contract/$sign-group`: a household, or the staff of an employer, sign together; one result for each person. */
import type { Engine } from '../../../interactions/engine.ts';
import { perform } from '../../../interactions/perform.ts';
import { read } from '../../../interactions/read.ts';
import { addDays, addMonths, dayIn, dayOf } from '../../../kernel/calendar.ts';
import type { OperationAnswer } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import type { Reference } from '../../../kernel/elements.ts';
import { badParameter, FhirError } from '../../../kernel/fhir-error.ts';
import { localReference, newId } from '../../../kernel/ids.ts';
import { operationOutcome } from '../../../kernel/outcome.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { overlap } from '../model.ts';
import { institutionOf, termsFor } from './change.ts';
import {
  type ContractFields,
  isFamilyDoctorContract,
  PROFILE,
  TEAM_URL,
  TERM_REASON_URL,
  TYPE_SYSTEM,
  teamOf,
  termOf,
} from './contract.ts';
import { contractNumber } from './renew.ts';
import { signerOf, withPopulation, withSigning } from './sign.ts';

interface Result {
  readonly person: Reference;
  readonly outcome: 'signed' | 'present' | 'refused';
  readonly contract?: string;
  readonly error?: FhirError;
}

export async function signGroup(
  engine: Engine,
  ctx: Ctx,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  const people = await peopleOf(engine, ctx, parameters);
  const results: Result[] = [];
  // One after the other, each in a transaction of its own: a refusal is nobody else's affair.
  for (const person of people) results.push(await signOne(engine, ctx, parameters, person));
  const parameter = results.map(({ person, outcome, contract, error }) => ({
    name: 'person',
    part: [
      { name: 'subject', valueReference: person },
      { name: 'outcome', valueCode: outcome },
      ...(contract ? [{ name: 'contract', valueReference: { reference: contract } }] : []),
      ...(error ? [{ name: 'issue', resource: operationOutcome(error.issues, ctx.lang) }] : []),
    ],
  }));
  return {
    text: JSON.stringify({ resourceType: 'Parameters', parameter }),
    patients: people.flatMap((p) => localReference(subjectOf(p)?.reference ?? '', ctx.base)?.id ?? []),
    targets: results.flatMap((r) => r.contract ?? []),
  };
}

/** The persons named, or else the members of the group; each as the parts that describe one. */
async function peopleOf(
  engine: Engine,
  ctx: Ctx,
  parameters: readonly Parameter[],
): Promise<(readonly Parameter[])[]> {
  const named = allOf(parameters, 'person').map((p) => p.part ?? []);
  if (named.length > 0) return named;
  const group = parameterValue(firstOf(parameters, 'group')) as Reference | undefined;
  const local = localReference(group?.reference ?? '', ctx.base);
  if (local?.type !== 'Group') {
    throw badParameter('person', {
      en: 'Say who signs: a part person for each, or the Group whose members sign.',
      zh: '请指明签约人:逐人给出 person,或给出成员即签约人的 Group。',
    });
  }
  const { content } = await read(engine, ctx, 'Group', local.id);
  const { member = [] } = JSON.parse(content) as { member?: { entity?: Reference; inactive?: boolean }[] };
  return member
    .filter((m) => !m.inactive && m.entity?.reference?.startsWith('Patient/'))
    .map((m) => [{ name: 'subject', valueReference: m.entity }]);
}

const subjectOf = (person: readonly Parameter[]) =>
  parameterValue(firstOf(person, 'subject')) as Reference | undefined;

async function signOne(
  engine: Engine,
  ctx: Ctx,
  parameters: readonly Parameter[],
  person: readonly Parameter[],
): Promise<Result> {
  const subject = subjectOf(person)!;
  try {
    const { answer } = await perform<Omit<Result, 'person'>>(engine, ctx, async (scene) => {
      const contract = await contractFor(scene, ctx, parameters, person, subject);
      const there = await presentContract(scene, contract);
      if (there) return { answer: { outcome: 'present', contract: `Contract/${there}` } };
      return { answer: { outcome: 'signed', contract: `Contract/${contract.id}` }, writes: [contract] };
    });
    return { person: subject, ...answer };
  } catch (error) {
    if (!(error instanceof FhirError) || error.status >= 500) throw error;
    return { person: subject, outcome: 'refused', error };
  }
}

async function contractFor(
  scene: Scene,
  ctx: Ctx,
  parameters: readonly Parameter[],
  person: readonly Parameter[],
  subject: Reference,
): Promise<ContractFields> {
  const value = <T>(name: string, from = parameters) => parameterValue(firstOf(from, name)) as T | undefined;
  const team = value<Reference>('team')!;
  const authority = value<Reference>('authority') ?? (await institutionOf(scene, team));
  const start = dayIn(value('start')) ?? dayOf(ctx.now);
  const end = dayIn(value('end')) ?? addDays(addMonths(start, 12), -1);
  const packages = [...allOf(parameters, 'package'), ...allOf(person, 'package')].map(
    (p) => parameterValue(p) as string,
  );
  const guardian = value<Reference>('guardian', person);
  const reason = value<object>('termReason');
  const contract: ContractFields = {
    resourceType: 'Contract',
    id: newId(),
    meta: { profile: [PROFILE] },
    extension: [
      { url: TEAM_URL, valueReference: team },
      ...(reason ? [{ url: TERM_REASON_URL, valueCodeableConcept: reason }] : []),
    ],
    identifier: [value<object>('identifier', person) ?? contractNumber(authority, ctx)],
    status: 'executed',
    issued: dayOf(ctx.now),
    applies: { start, end },
    subject: [subject],
    authority: authority ? [authority] : [],
    type: { coding: [{ system: TYPE_SYSTEM, code: 'family-doctor' }] },
    term: (await termsFor(scene, packages)) as ContractFields['term'],
    signer: [
      guardian
        ? signerOf('GUARD', guardian, ctx, value('signature', person))
        : signerOf('PAT', subject, ctx, value('signature', person)),
      signerOf('HPROV', value<Reference>('provider')!, ctx),
    ],
  };
  return withPopulation(scene, { ...contract, extension: withSigning(contract, parameters) });
}

/** Sent twice, a batch signs once: the resident has a contract with the team for that time. */
async function presentContract(scene: Scene, contract: ContractFields): Promise<string | undefined> {
  const held = await scene.search('Contract', [
    ['subject', contract.subject![0]!.reference!],
    ['status', 'executed,amended,disputed,resolved'],
  ]);
  const same = held.find((c) => {
    const term = termOf(c);
    return (
      isFamilyDoctorContract(c) && teamOf(c) === teamOf(contract) && term && overlap(term, termOf(contract)!)
    );
  });
  return same?.id as string | undefined;
}
