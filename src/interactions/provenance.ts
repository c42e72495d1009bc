/** The Provenance that comes with a write, in the header of its request. https://hl7.org/fhir/R4/provenance.html#header */
import { assertMay } from '../access/decide.ts';
import type { Ctx, Db } from '../kernel/ctx.ts';
import { FhirError, failure, malformed } from '../kernel/fhir-error.ts';
import { newId } from '../kernel/ids.ts';
import { keepMembers } from '../kernel/json-text.ts';
import type { Change } from '../store/change.ts';
import { contributorOf } from './contributor.ts';
import type { Body, Engine } from './engine.ts';
import { acceptBody, changeOf } from './prepare.ts';

/** Throws when the caller may not write the Provenance, or sends something else: before anything is done. */
export function assertProvenance(ctx: Ctx, provenance: Body | undefined): void {
  if (!provenance) return;
  assertMay(ctx, 'c', 'Provenance');
  if (provenance.resource.resourceType !== 'Provenance') {
    throw malformed(
      {
        en: `The header X-Provenance carries a Provenance, not ${provenance.resource.resourceType}.`,
        zh: `X-Provenance 头应为 Provenance 资源,而不是 ${provenance.resource.resourceType}。`,
      },
      'X-Provenance',
    );
  }
  if (provenance.resource.target !== undefined) {
    throw malformed(
      {
        en: 'The Provenance in the header has no target: the server fills in the versions that the request writes.',
        zh: 'X-Provenance 头中的 Provenance 不应有 target:由服务器填入本次写入的版本。',
      },
      'X-Provenance',
    );
  }
}

/**
 * The Provenance of what is written, as one more new resource; none when nothing is written. Without one in the
 * header, that which names the contributing system.
 */
export async function provenanceOf(
  engine: Engine,
  ctx: Ctx,
  provenance: Body | undefined,
  changes: readonly Change[],
  db?: Db,
): Promise<Change[]> {
  if (!provenance) return contributorOf(engine, ctx, changes);
  if (changes.length === 0) return [];
  const target = changes.map(({ type, id, version }) => ({
    reference: `${type}/${id}/_history/${version}`,
  }));
  const sent = keepMembers(provenance.text, (key) => key !== 'id');
  const body: Body = {
    text: `${sent.slice(0, -1)},"target":${JSON.stringify(target)}}`,
    resource: { ...provenance.resource, id: undefined, target },
  };
  delete (body.resource as { id?: string }).id;
  const written = new Set(changes.map((c) => `${c.type}/${c.id}`));
  const accepted = await acceptBody(engine, ctx, 'Provenance', body, { db, written }).catch(
    (error: unknown) => {
      throw error instanceof FhirError ? inHeader(error) : error;
    },
  );
  return [changeOf(engine, ctx, accepted.body, newId(), 'POST')];
}

/** What is wrong with a header is a malformed request. */
function inHeader(error: FhirError): FhirError {
  return failure(
    'malformed',
    error.issues.map((i) => ({ ...i, expression: `X-Provenance: ${i.expression ?? 'Provenance'}` })),
  );
}
