/** `Composition/$document`: https://hl7.org/fhir/R4/composition-operation-document.html */
import { assertMayAll } from '../../access/decide.ts';
import { create } from '../../interactions/create.ts';
import type { Engine, FhirResource } from '../../interactions/engine.ts';
import { patientsIn } from '../../interactions/patients.ts';
import { read } from '../../interactions/read.ts';
import type { OperationAnswer, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { badParameter } from '../../kernel/fhir-error.ts';
import { localReference, newId } from '../../kernel/ids.ts';
import { firstOf, type Parameter, parameterValue } from '../../operations/parameters.ts';
import { referredResources } from '../../operations/referred.ts';
import type { Stored } from '../../store/change.ts';
import { linkedPatients } from '../../store/linked.ts';

export async function document(engine: Engine, ctx: Ctx, input: OperationInput): Promise<OperationAnswer> {
  assertMayAll(ctx, [{ type: 'Composition', permission: 'r' }]);
  const given = (input.parameters.parameter ?? []) as readonly Parameter[];
  if (firstOf(given, 'graph')) {
    throw badParameter('graph', {
      en: 'Documents have what the Composition refers to; a graph cannot be chosen. Leave graph out.',
      zh: '文档包含 Composition 所引用的内容,不支持指定 graph。请去掉该参数。',
    });
  }
  const id = input.id ?? named(ctx, parameterValue(firstOf(given, 'id')));
  const composition = await read(engine, ctx, 'Composition', id);
  const [owner] = patientsIn(engine, ctx, composition);
  const subject = owner === undefined ? [] : [await read(engine, ctx, 'Patient', owner)];
  const owners = owner === undefined ? [] : await linkedPatients(engine.database, [owner]);
  const referred = await referredResources(engine, ctx, [composition, ...subject], {}, owners);
  const members = new Map([composition, ...subject, ...referred].map((m) => [`${m.type}/${m.id}`, m]));
  const text = bundleOf(ctx, [...members.values()]);
  const patients = owner === undefined ? [] : [owner];
  const disclosed = [...members.values()];
  if (String(parameterValue(firstOf(given, 'persist'))) !== 'true') return { text, patients, disclosed };
  const resource = JSON.parse(text) as FhirResource;
  const stored = await create(engine, ctx, { type: 'Bundle', body: { text, resource } });
  return { text: stored.text!, patients, disclosed };
}

/** An id, or the address of a Composition of this server. */
function named(ctx: Ctx, value: unknown): string {
  const text = String(value ?? '');
  const local = localReference(text, ctx.base);
  if (local?.type === 'Composition') return local.id;
  if (value !== undefined && !text.includes('/')) return text;
  throw badParameter('id', {
    en: 'Say which Composition: Composition/<id>/$document, or id=<id>.',
    zh: '请指明 Composition:Composition/<id>/$document,或 id=<id>。',
  });
}

function bundleOf(ctx: Ctx, members: readonly Stored[]): string {
  const entries = members.map(
    (m) => `{"fullUrl":${JSON.stringify(`${ctx.base}/${m.type}/${m.id}`)},"resource":${m.content}}`,
  );
  const identifier = { system: 'urn:ietf:rfc:3986', value: `urn:uuid:${newId()}` };
  const head = { resourceType: 'Bundle', identifier, type: 'document', timestamp: ctx.now.toISOString() };
  return `${JSON.stringify(head).slice(0, -1)},"entry":[${entries.join(',')}]}`;
}
