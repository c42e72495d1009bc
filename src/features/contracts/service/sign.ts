/** `Contract/[id]/$sign`: a party signs, or both do; with both the contract is in force. */

import type { Engine } from '../../../interactions/engine.ts';
import { addDays, addMonths, dayIn, dayOf } from '../../../kernel/calendar.ts';
import type { OperationAnswer, Resource } from '../../../kernel/contribution.ts';
import type { Ctx } from '../../../kernel/ctx.ts';
import type { Coding, Reference } from '../../../kernel/elements.ts';
import type { Scene } from '../../../kernel/workflow.ts';
import { allOf, firstOf, type Parameter, parameterValue } from '../../../operations/parameters.ts';
import { isInForce } from '../model.ts';
import {
  type ContractFields,
  type Extension,
  extensionsOf,
  isSignedByBoth,
  POPULATION_SYSTEM,
  POPULATION_URL,
  residentOf,
  SIGNER_SYSTEM,
  SIGNING_URL,
  type Signer,
  withExtensions,
} from './contract.ts';
import { contractStep, lockContract, statusAfter } from './step.ts';

const SIGNER_CODES: Readonly<Record<string, string>> = {
  resident: 'PAT',
  guardian: 'GUARD',
  provider: 'HPROV',
};
/** Author's signature. https://hl7.org/fhir/R4/valueset-signature-type.html */
const SIGNED = { system: 'urn:iso-astm:E1762-95:2013', code: '1.2.840.10065.1.12.1.1' };

export async function sign(
  engine: Engine,
  ctx: Ctx,
  id: string,
  parameters: readonly Parameter[],
): Promise<OperationAnswer> {
  const step = async (scene: Scene) => {
    const contract = await lockContract(scene, id);
    const signer = withSigners(contract, signersIn(parameters, ctx));
    // Sent twice, it was signed once.
    if (isInForce(contract.status) && signer.length === contract.signer?.length) return [contract];
    const signed = { ...contract, signer };
    const event = isSignedByBoth(signed) ? 'complete' : 'sign';
    const next = { ...signed, status: statusAfter(contract, event) };
    if (event === 'sign') return [next];
    return [await complete(scene, next, parameters)];
  };
  return contractStep(engine, ctx, step, (contract) => signingResident(ctx, contract, parameters));
}

/** `Patient/x` when the resident, or who acts for the resident now, signs for that side and nothing else. */
function signingResident(ctx: Ctx, contract: Resource, parameters: readonly Parameter[]): string | undefined {
  const resident = residentOf(contract as ContractFields);
  if (!(ctx.access.reach?.audits ?? []).some((id) => resident === `Patient/${id}`)) return undefined;
  const code = ctx.actor.fhirUser === resident ? SIGNER_CODES.resident : SIGNER_CODES.guardian;
  return signersIn(parameters, ctx).every(({ type }) => type.code === code) ? resident : undefined;
}

/** Parts `type` (resident, guardian, provider), `party` and, when there is one, `signature` of each signer. */
export function signersIn(parameters: readonly Parameter[], ctx: Ctx): Signer[] {
  return allOf(parameters, 'signer').map(({ part = [] }) => {
    const party = parameterValue(firstOf(part, 'party')) as Reference;
    const type = parameterValue(firstOf(part, 'type')) as string;
    const signature = parameterValue(firstOf(part, 'signature')) as object | undefined;
    return signerOf(SIGNER_CODES[type] ?? type, party, ctx, signature);
  });
}

export function signerOf(code: string, party: Reference, ctx: Ctx, signature?: object): Signer {
  return {
    type: { system: SIGNER_SYSTEM, code },
    party,
    signature: [signature ?? { type: [SIGNED], when: ctx.now.toISOString(), who: party }],
  };
}

/** With those who have not signed yet. */
function withSigners({ signer = [] }: ContractFields, more: readonly Signer[]): Signer[] {
  const has = (s: Signer) =>
    signer.some((t) => t.type?.code === s.type.code && t.party?.reference === s.party?.reference);
  return [...signer, ...more.filter((s) => !has(s))];
}

/** What a contract in force must say and a draft need not: day, term of a year, population. */
async function complete(
  scene: Scene,
  contract: ContractFields,
  parameters: readonly Parameter[],
): Promise<Resource> {
  const issued =
    dayIn(parameterValue(firstOf(parameters, 'issued'))) ?? contract.issued ?? dayOf(scene.ctx.now);
  const start = contract.applies?.start ?? dayIn(issued)!;
  const end = contract.applies?.end ?? addDays(addMonths(dayIn(start)!, 12), -1);
  const agreement = parameterValue(firstOf(parameters, 'agreement'));
  return withPopulation(scene, {
    ...contract,
    issued,
    applies: { start, end },
    ...(agreement ? { legallyBindingAttachment: agreement } : {}),
    extension: withSigning(contract, parameters),
  });
}

/** Where and through which software it was signed. */
export function withSigning(
  contract: ContractFields,
  parameters: readonly Parameter[],
): readonly Extension[] {
  const said = ['place', 'channel'].flatMap((url) => {
    const valueCoding = parameterValue(firstOf(parameters, url)) as Coding | undefined;
    return valueCoding ? [{ url, valueCoding }] : [];
  });
  const linked = ['unit', 'group'].flatMap((url) => {
    const valueReference = parameterValue(firstOf(parameters, url)) as Reference | undefined;
    return valueReference ? [{ url, valueReference }] : [];
  });
  if (said.length + linked.length === 0) return contract.extension ?? [];
  return withExtensions(contract, [SIGNING_URL], [{ url: SIGNING_URL, extension: [...said, ...linked] }]);
}

/** The populations of the resident, when the contract names none; `0` says that there are none. */
export async function withPopulation(scene: Scene, contract: ContractFields): Promise<ContractFields> {
  if (extensionsOf(contract, POPULATION_URL).length > 0) return contract;
  const patient = await scene.read(residentOf(contract));
  const known = extensionsOf(patient ?? {}, POPULATION_URL);
  const none: Extension = {
    url: POPULATION_URL,
    valueCodeableConcept: { coding: [{ system: POPULATION_SYSTEM, code: '0' }] },
  };
  return { ...contract, extension: [...(contract.extension ?? []), ...(known.length > 0 ? known : [none])] };
}
