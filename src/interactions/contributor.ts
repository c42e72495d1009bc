/**
 * The Provenance that the server writes itself: which system of the county a version came from, and who was behind
 * it, for clients that act for an institution and sent none of their own. One for each request.
 * https://hl7.org/fhir/R4/provenance.html
 */
import type { Ctx } from '../kernel/ctx.ts';
import { newId } from '../kernel/ids.ts';
import type { Change } from '../store/change.ts';
import type { Engine } from './engine.ts';
import { changeOf } from './prepare.ts';

/** Versions that one Provenance names; a larger transaction has several. */
const MAX_TARGETS = 500;

const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
const OPERATION = 'http://terminology.hl7.org/CodeSystem/v3-DataOperation';

/** Whether what this caller writes has to name it. */
export function namesContributor(engine: Engine, { actor }: Ctx): boolean {
  return engine.namesContributors && actor.organization !== undefined;
}

/** None when the request brings a Provenance among its resources: then the client has told itself. */
export function contributorOf(engine: Engine, ctx: Ctx, changes: readonly Change[]): Change[] {
  if (!namesContributor(engine, ctx) || changes.length === 0) return [];
  if (changes.some(({ type }) => type === 'Provenance')) return [];
  const made: Change[] = [];
  for (let i = 0; i < changes.length; i += MAX_TARGETS) {
    const resource = provenanceOf(ctx, changes.slice(i, i + MAX_TARGETS));
    made.push(changeOf(engine, ctx, { text: JSON.stringify(resource), resource }, newId(), 'POST'));
  }
  return made;
}

function provenanceOf({ actor, now, base }: Ctx, changes: readonly Change[]) {
  const organization = { reference: actor.organization };
  return {
    resourceType: 'Provenance',
    target: changes.map(({ type, id, version }) => ({ reference: `${type}/${id}/_history/${version}` })),
    recorded: now.toISOString(),
    activity: { coding: [{ system: OPERATION, code: operationOf(changes) }] },
    agent: [
      {
        type: { coding: [{ system: PARTICIPANT, code: 'assembler', display: 'Assembler' }] },
        who: {
          type: 'Device',
          identifier: { system: `${base}/client`, value: actor.client },
          display: actor.display,
        },
        onBehalfOf: organization,
      },
      ...(actor.fhirUser === undefined
        ? []
        : [
            {
              type: { coding: [{ system: PARTICIPANT, code: 'enterer', display: 'Enterer' }] },
              who: { reference: actor.fhirUser, display: actor.userName },
              onBehalfOf: organization,
            },
          ]),
    ],
  };
}

/** https://terminology.hl7.org/CodeSystem-v3-DataOperation.html: the one that all have, or the general one. */
function operationOf(changes: readonly Change[]): 'CREATE' | 'UPDATE' | 'DELETE' | 'OPERATE' {
  const codes = new Set(changes.map((c) => (c.content === null ? 'DELETE' : c.before ? 'UPDATE' : 'CREATE')));
  return codes.size === 1 ? [...codes][0]! : 'OPERATE';
}
