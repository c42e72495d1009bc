/** `Patient/[id]/$access-log`: who has seen this resident's record, in words that a resident understands. */
import type { AuditEvent, AuditEventAgent } from '@medplum/fhirtypes';
import { assertMay } from '../../access/decide.ts';
import type { Engine } from '../../interactions/engine.ts';
import { CANONICAL } from '../../kernel/canonical.ts';
import type { OperationBinding, OperationInput } from '../../kernel/contribution.ts';
import type { Ctx } from '../../kernel/ctx.ts';
import { dateRange } from '../../kernel/dates.ts';
import { badParameter } from '../../kernel/fhir-error.ts';
import { localReference } from '../../kernel/ids.ts';
import type { Text } from '../../kernel/issue.ts';
import { decodeCursor, encodeCursor } from '../../search/cursor.ts';
import { type AccessLogQuery, readAccessLog } from '../../store/access-log.ts';
import { linkedPatients } from '../../store/linked.ts';
import { readMany } from '../../store/read.ts';
import { firstOf, type Parameter, parameterValue } from '../parameters.ts';

const DEFAULT_COUNT = 50;
const MAX_COUNT = 1000;

export function accessLog(engine: Engine): OperationBinding {
  return {
    definition: `${CANONICAL}/OperationDefinition/access-log`,
    async run(ctx, input) {
      assertMay(ctx, 's', 'AuditEvent');
      const patient = input.id!;
      const query = queryOf(ctx, input);
      // As a search of the log has it: one person, one record. Of which the caller sees what it reaches.
      const patients = await linkedPatients(engine.database, [patient]);
      const found = await readAccessLog(engine.database, { ...query, patients, limit: query.limit + 1 });
      const page = found.slice(0, query.limit);
      const events = page.map(({ content }) => JSON.parse(content) as AuditEvent);
      const names = await namesOf(engine, events);
      const last = page.at(-1);
      const parameter = [
        ...events.map((event) => ({ name: 'access', part: partsOf(ctx, event, names) })),
        ...(last && found.length > query.limit
          ? [{ name: 'next', valueString: encodeCursor([last.at, last.key]) }]
          : []),
      ];
      return { text: JSON.stringify({ resourceType: 'Parameters', parameter }), patients: [patient] };
    },
  };
}

function queryOf(ctx: Ctx, { parameters }: OperationInput): Omit<AccessLogQuery, 'patients'> {
  const given = (parameters.parameter ?? []) as readonly Parameter[];
  const value = (name: string) => parameterValue(firstOf(given, name));
  const date = (name: string) => {
    const text = value(name);
    return text === undefined ? undefined : dateRange(String(text));
  };
  const target = value('target') as string | undefined;
  const local = target === undefined ? undefined : localReference(target, ctx.base);
  if (target !== undefined && !local) {
    throw badParameter('target', {
      en: `target=${target} is no resource of this server. Write it as Observation/1.`,
      zh: `target=${target} 不是本服务器的资源。请写作 Observation/1。`,
    });
  }
  const cursor = value('cursor') as string | undefined;
  return {
    from: date('from')?.lo ?? 0,
    to: date('to')?.hi ?? Number.MAX_SAFE_INTEGER,
    target: local,
    after: cursor === undefined ? undefined : (decodeCursor(cursor, ['int', 'int']) as [number, string]),
    limit: Math.min(Math.max(Number(value('count') ?? DEFAULT_COUNT), 1), MAX_COUNT),
  };
}

/** Names of persons that the log does not tell, as they are now. */
async function namesOf(engine: Engine, events: readonly AuditEvent[]): Promise<Map<string, string>> {
  const unnamed = new Set(
    events.flatMap(({ agent }) =>
      agent.flatMap((a) => (a.who?.reference && !a.who.display ? [a.who.reference] : [])),
    ),
  );
  const references = [...unnamed].flatMap((r) => localReference(r) ?? []);
  const stored = await readMany(engine.database, references);
  return new Map(
    stored.flatMap(({ type, id, content }) => {
      const name = content === null ? undefined : nameIn(JSON.parse(content) as Named);
      return name === undefined ? [] : [[`${type}/${id}`, name] as const];
    }),
  );
}

interface Named {
  readonly name?:
    | string
    | readonly { readonly text?: string; readonly family?: string; readonly given?: string[] }[];
}

function nameIn({ name }: Named): string | undefined {
  if (typeof name === 'string' || name === undefined) return name;
  const [first] = name;
  return first?.text ?? ([first?.family, ...(first?.given ?? [])].filter(Boolean).join('') || undefined);
}

function partsOf({ lang }: Ctx, event: AuditEvent, names: ReadonlyMap<string, string>) {
  const [client, ...others] = event.agent as [AuditEventAgent, ...AuditEventAgent[]];
  const organization = others.find((a) => a.who?.reference?.startsWith('Organization/'));
  const person = others.find((a) => a.requestor);
  const nameOf = (a: AuditEventAgent) => a.name ?? a.who?.display ?? names.get(a.who?.reference ?? '');
  const code = event.subtype?.[0]?.code ?? '';
  const purpose = event.purposeOfEvent?.[0];
  const what = (event.entity ?? [])
    .filter((e) => e.role?.code === '4')
    .flatMap((e) => e.what?.reference ?? []);
  return [
    { name: 'when', valueInstant: event.recorded },
    { name: 'event', valueReference: { reference: `AuditEvent/${event.id}` } },
    ...(person
      ? [{ name: 'person', valueReference: { reference: person.who?.reference, display: nameOf(person) } }]
      : []),
    ...(organization
      ? [
          {
            name: 'organization',
            valueReference: { reference: organization.who!.reference, display: nameOf(organization) },
          },
        ]
      : []),
    { name: 'system', valueString: client.name },
    {
      name: 'kind',
      valueCoding: {
        ...event.subtype?.[0],
        display: (event.outcome === '0' ? KINDS[code] : REFUSED)?.[lang],
      },
    },
    { name: 'refused', valueBoolean: event.outcome !== '0' },
    ...what.map((reference) => ({ name: 'what', valueReference: { reference } })),
    ...(purpose?.coding?.[0] ? [{ name: 'purpose', valueCoding: purpose.coding[0] }] : []),
    { name: 'emergency', valueBoolean: purpose?.coding?.[0]?.code === 'BTG' },
    ...(purpose?.text ? [{ name: 'reason', valueString: purpose.text }] : []),
  ];
}

const REFUSED: Text = { en: 'Was refused', zh: '访问被拒绝' };

const KINDS: Readonly<Record<string, Text>> = {
  read: { en: 'Read', zh: '查阅' },
  vread: { en: 'Read an earlier version', zh: '查阅历史版本' },
  'history-instance': { en: 'Read the history', zh: '查阅修改历史' },
  'history-type': { en: 'Read the history', zh: '查阅修改历史' },
  'history-system': { en: 'Read the history', zh: '查阅修改历史' },
  'search-type': { en: 'Searched', zh: '检索' },
  'search-system': { en: 'Searched', zh: '检索' },
  create: { en: 'Recorded', zh: '新增' },
  update: { en: 'Changed', zh: '修改' },
  patch: { en: 'Changed', zh: '修改' },
  delete: { en: 'Deleted', zh: '删除' },
  transaction: { en: 'Recorded or changed', zh: '新增或修改' },
  batch: { en: 'Recorded or changed', zh: '新增或修改' },
  operation: { en: 'Used in an operation', zh: '业务操作' },
};
