/** The audit log as PostgreSQL keeps it: in the shapes of BALP, append-only, by months, and chained. */
import { join } from 'node:path';
import type { AuditEvent, AuditEventAgent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noAccess } from '../../../src/access/decide.ts';
import { type AuditFacts, auditEntries } from '../../../src/audit/audit-entry.ts';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';
import { auditSignIn } from '../../../src/interactions/audit-sign-in.ts';
import type { Actor, Ctx, Purpose } from '../../../src/kernel/ctx.ts';
import { isError } from '../../../src/kernel/issue.ts';
import { createIndexRows } from '../../../src/search/index-rows.ts';
import { createParameters } from '../../../src/search/parameters.ts';
import {
  checkSeals,
  dropAuditBefore,
  makeAuditParts,
  readChainEnd,
  readDropped,
  sealAudit,
  settleAuditIn,
} from '../../../src/store/audit-chain.ts';
import { createWriter, type Writer } from '../../../src/store/writer.ts';
import { createValidator } from '../../../src/validation/validator.ts';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';

const BASE = 'http://h/fhir';
const definitions = loadDefinitions(join(import.meta.dirname, '../../../profiles'));
const validator = createValidator(definitions);

let postgres: TestDatabase;
let writer: Writer;
beforeAll(async () => {
  postgres = await createTestDatabase();
  writer = createWriter(postgres.database, createIndexRows(createParameters(definitions), BASE));
});
afterAll(() => postgres.drop());

const SYSTEM: Actor = { client: 'his', display: 'HIS', organization: 'Organization/h' };
const DOCTOR: Actor = { ...SYSTEM, fhirUser: 'Practitioner/p', userName: '王医生', token: 'jti-1' };

function contextOf(actor: Actor, more: { at?: number; purpose?: Purpose; requestId?: string } = {}): Ctx {
  return {
    actor,
    access: noAccess(),
    now: new Date(more.at ?? Date.now()),
    requestId: more.requestId ?? 'r',
    lang: 'zh',
    address: '10.0.0.1',
    base: BASE,
    purpose: more.purpose,
  };
}

let requests = 0;

/** The AuditEvents of a request. */
async function recorded(actor: Actor, facts: AuditFacts, purpose?: Purpose): Promise<AuditEvent[]> {
  const requestId = `request-${requests++}`;
  await writer.write(auditEntries(contextOf(actor, { requestId, purpose }), facts));
  return eventsOf(requestId);
}

async function eventsOf(requestId: string): Promise<AuditEvent[]> {
  const { rows } = await postgres.database.query<{ content: string }>({
    text: 'select content from audit_event v join audit_log l using (key) where l.request = $1 order by key',
    values: [requestId],
  });
  return rows.map(({ content }) => JSON.parse(content) as AuditEvent);
}

const sql = (text: string, values: unknown[] = []) =>
  postgres.database.query<Record<string, unknown>>({ text, values });

/** Whether it is FHIR. That BALP's own codes are not of the base is no error, for those value sets are extensible. */
const errorsOf = (event: AuditEvent | undefined) => validator.validate(event).filter(isError);

const codeOf = (agent: AuditEventAgent | undefined) => agent?.type?.coding?.[0]?.code;
const PATIENT = [{ patient: 'a', targets: ['Observation/1'] }];

/** The main rules of BALP's profiles for RESTful interactions: agents by direction, one patient, one request. */
const RESTFUL: [AuditFacts['interaction'], string, string, string, string, string][] = [
  ['create', 'C', '110153', '110152', 'AUT', 'Create'],
  ['update', 'U', '110153', '110152', 'AUT', 'Update'],
  ['patch', 'U', '110153', '110152', 'AUT', 'Update'],
  ['delete', 'D', '110153', '110152', 'AUT', 'Delete'],
  ['read', 'R', '110152', '110153', 'IRCP', 'Read'],
  ['vread', 'R', '110152', '110153', 'IRCP', 'Read'],
  ['search-type', 'E', '110153', '110152', 'IRCP', 'Query'],
];

test.each(RESTFUL)(
  '%s is recorded as BALP has it, of a patient and of nobody',
  async (interaction, action, client, server, person, profile) => {
    const query = profile === 'Query' ? 'Observation?code=x' : undefined;
    const targets = ['Observation/1'];
    for (const [subjects, name] of [
      [PATIENT, `Patient${profile}`],
      [[{ targets }], profile],
    ] as const) {
      const [event] = await recorded(DOCTOR, { interaction, subjects, query });
      expect(event!.meta?.profile).toEqual([
        `https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.${name}`,
      ]);
      expect(errorsOf(event)).toEqual([]);
      expect(event).toMatchObject({ action, outcome: '0', type: { code: 'rest' } });
      expect(event!.subtype).toMatchObject([{ code: interaction }]);
      const [c, s, o, p] = event!.agent;
      expect([c, s, o, p].map(codeOf)).toEqual([client, server, 'PROV', person]);
      expect(c).toMatchObject({
        who: { identifier: { value: 'his' } },
        requestor: false,
        network: { address: '10.0.0.1', type: '2' },
      });
      expect(s).toMatchObject({
        who: { identifier: { value: BASE } },
        network: { address: BASE, type: '5' },
      });
      expect(p).toMatchObject({
        who: { reference: 'Practitioner/p', display: '王医生' },
        requestor: true,
        policy: ['jti-1'],
      });
      const entities = (event!.entity ?? []).map((e) => `${e.type?.code ?? ''}/${e.role?.code ?? ''}`);
      const patient = subjects === PATIENT ? ['1/1'] : [];
      const data = profile === 'Query' ? ['/4', '2/24'] : ['2/4'];
      expect(entities).toEqual([...patient, ...data, 'XrequestId/']);
    }
  },
);

test('a query is kept as base64, and each patient it disclosed has an event of its own', async () => {
  const query = 'Observation?code=x&value-string=查';
  const subjects = [
    { patient: 'a', targets: ['Observation/1'] },
    { patient: 'b', targets: ['Observation/2'] },
  ];
  const events = await recorded(SYSTEM, { interaction: 'search-type', subjects, query });
  expect(events).toHaveLength(2);
  events.forEach((event, i) => {
    const references = event.entity!.flatMap((e) => e.what?.reference ?? []);
    expect(references).toEqual([`Patient/${subjects[i]!.patient}`, ...subjects[i]!.targets]);
    const asked = event.entity!.find((e) => e.query)!.query!;
    expect(Buffer.from(asked, 'base64').toString()).toBe(query);
    expect(event.agent[0]!.requestor).toBe(true);
  });
});

test('who broke the glass is recorded with the purpose and the words', async () => {
  const purpose = { code: 'BTG', reason: '急诊抢救' };
  const [event] = await recorded(DOCTOR, { interaction: 'read', subjects: PATIENT }, purpose);
  expect(event!.purposeOfEvent).toEqual([
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }],
      text: '急诊抢救',
    },
  ]);
  expect(errorsOf(event)).toEqual([]);
});

test('a refusal, an export, signing in, failing to, and signing out are valid events', async () => {
  const [refused] = await recorded(DOCTOR, { interaction: 'read', subjects: PATIENT, refusal: 'No.' });
  expect(refused).toMatchObject({ outcome: '4', outcomeDesc: 'No.' });
  expect(refused!.meta?.profile).toBeUndefined();
  const [exported] = await recorded(SYSTEM, { interaction: 'export', subjects: [], query: '$export' });
  expect(exported!.type.code).toBe('110106');
  const client = { id: 'app', name: 'App' };
  const person = { fhirUser: 'Practitioner/p', name: '王医生' };
  const signIn = { client, address: '10.0.0.2', requestId: 'sign-in' };
  await auditSignIn(writer, BASE, { ...signIn, what: 'login', person, account: 'wang' });
  await auditSignIn(writer, BASE, { ...signIn, what: 'login', account: 'wang', refusal: 'wrong password' });
  await auditSignIn(writer, BASE, { ...signIn, what: 'token', person, token: 'jti-2' });
  await auditSignIn(writer, BASE, { ...signIn, what: 'logout', person });
  const events = await eventsOf('sign-in');
  expect(events.map((e) => [e.subtype![0]!.code, e.outcome, e.type.code])).toEqual([
    ['110122', '0', '110114'],
    ['110122', '4', '110114'],
    ['ITI-71', '0', '110114'],
    ['110123', '0', '110114'],
  ]);
  expect([refused, exported, ...events].flatMap(errorsOf)).toEqual([]);
});

test('nobody changes, removes or truncates an entry, a kind or a seal', async () => {
  await recorded(SYSTEM, { interaction: 'read', subjects: PATIENT });
  const { rows } = await sql('select name from audit_part');
  const tables = [
    'audit_log',
    'audit_log_rest',
    'audit_kind',
    'audit_seal',
    ...rows.map((r) => String(r.name)),
  ];
  for (const table of tables) {
    await expect(sql(`delete from ${table}`), table).rejects.toThrow();
    await expect(sql(`truncate ${table}`), table).rejects.toThrow();
  }
  await expect(sql(`update audit_log set patient = 'x'`)).rejects.toThrow();
  await expect(sql(`update audit_seal set entries = 0`)).rejects.toThrow();
});

/** What is wrong with the chain, seal by seal. */
async function wrong(): Promise<string[]> {
  const seals = await checkSeals(postgres.database, 0, 10_000);
  return seals.flatMap((s) => [
    ...(s.chained ? [] : [`${s.number} unchained`]),
    ...(s.intact === false ? [`${s.number} changed`] : []),
    ...(s.more > 0 ? [`${s.number} added`] : []),
  ]);
}

/** As the owner of the database may do who takes the guard away first; undone afterwards. */
async function tampered(text: string): Promise<string[]> {
  let found: string[] = [];
  await postgres.database
    .tx(async (db) => {
      for (const statement of ['set local session_replication_role = replica', text]) {
        await db.query({ text: statement, values: [] });
      }
      const seals = await checkSeals(db, 0, 10_000);
      found = seals.flatMap((s) =>
        s.chained && s.intact !== false && s.more === 0 ? [] : [String(s.number)],
      );
      throw new Error('undo');
    })
    .catch(() => {});
  return found;
}

test('what is settled is sealed, and any change to it shows where it is', async () => {
  await sealAudit(postgres.database, Date.now());
  await recorded(SYSTEM, { interaction: 'read', subjects: [{ patient: 'z', targets: ['Observation/9'] }] });
  expect(await sealAudit(postgres.database, Date.now())).toBe(1);
  await recorded(SYSTEM, { interaction: 'read', subjects: PATIENT });
  expect(await sealAudit(postgres.database, Date.now())).toBe(1);
  expect(await wrong()).toEqual([]);
  const { end, unsealed } = await readChainEnd(postgres.database);
  expect(unsealed).toBe(0);
  const last = end!.number;
  const z = `at = (select max(at) from audit_log where patient = 'z')`;
  const guard = ['', String(last - 1)] as const;
  expect(await tampered(`update audit_log set patient = 'y' where ${z}`)).toEqual([guard[1]]);
  expect(await tampered(`delete from audit_log where patient = 'z'`)).toEqual([guard[1]]);
  expect(
    await tampered(
      `insert into audit_log (at, key, kind, request, position) select at + 1, -5, kind, 'x', position from audit_log where patient = 'z'`,
    ),
  ).toEqual([guard[1]]);
  expect(
    await tampered(
      `insert into audit_log (at, key, kind, request, position) select 0, -5, kind, 'x', position from audit_log where patient = 'z'`,
    ),
  ).toEqual([guard[1]]);
  expect(await tampered(`delete from audit_seal where number = ${last - 1}`)).toEqual([String(last)]);
  expect(await tampered(`update audit_seal set entries = entries + 1 where number = ${last}`)).toEqual([
    String(last),
  ]);
  expect(
    (await tampered(`update audit_kind set agent = replace(agent, 'HIS', 'Other')`)).length,
  ).toBeGreaterThanOrEqual(2);
  expect((await readChainEnd(postgres.database, end!.hash)).knows).toBe(true);
  expect((await readChainEnd(postgres.database, '00ff')).knows).toBe(false);
});

test('an entry that is not committed yet is sealed once it is, and holds back what is younger', async () => {
  let commit = () => {};
  const waits = new Promise<void>((resolve) => {
    commit = resolve;
  });
  let wrote = () => {};
  const written = new Promise<void>((resolve) => {
    wrote = resolve;
  });
  const slow = postgres.database.tx(async (db) => {
    await writer.within(db, auditEntries(contextOf(SYSTEM), { interaction: 'read', subjects: PATIENT }));
    wrote();
    await waits;
  });
  await written;
  await recorded(SYSTEM, { interaction: 'read', subjects: PATIENT });
  expect(await sealAudit(postgres.database, Date.now())).toBe(0);
  commit();
  await slow;
  expect(await sealAudit(postgres.database, Date.now())).toBe(2);
  expect(await wrong()).toEqual([]);
});

test('an entry whose month has no partition is kept, sealed and found, and the month made of where it is', async () => {
  const at = Date.UTC(2031, 4, 6);
  await writer.write(auditEntries(contextOf(SYSTEM, { at }), { interaction: 'read', subjects: PATIENT }));
  const placeOf = async () =>
    (await sql('select tableoid::regclass::text as place from audit_log where at = $1', [at])).rows[0]!.place;
  expect(await placeOf()).toBe('audit_log_rest');
  expect(await sealAudit(postgres.database, Date.now())).toBe(1);
  await makeAuditParts(postgres.database, at);
  expect(await placeOf()).toBe('audit_log_2031_05');
  const next = Date.UTC(2031, 5, 1);
  const { rows } = await sql('select lo::text, hi::text from audit_part where lo >= $1 order by lo', [
    at - 31 * 86_400_000,
  ]);
  expect(rows).toEqual([
    { lo: String(Date.UTC(2031, 4)), hi: String(next) },
    { lo: String(next), hi: String(Date.UTC(2031, 6)) },
  ]);
  expect(await wrong()).toEqual([]);
  await expect(sql('delete from audit_log_2031_05')).rejects.toThrow();
});

test('months are dropped whole; the chain stands, and a dropping that the log does not tell of shows', async () => {
  const at = Date.UTC(2020, 0, 5);
  await writer.write(auditEntries(contextOf(SYSTEM, { at }), { interaction: 'read', subjects: PATIENT }));
  await sealAudit(postgres.database, Date.now());
  await makeAuditParts(postgres.database, at);
  const now = Date.now();
  const dropped = await dropAuditBefore(postgres.database, Date.UTC(2020, 1), now);
  expect(dropped).toEqual([{ lo: Date.UTC(2020, 0), hi: Date.UTC(2020, 1), entries: 1, at: now }]);
  expect(await wrong()).toEqual([]);
  expect((await readDropped(postgres.database)).map((d) => d.recorded)).toEqual([false]);
  const told = auditEntries(contextOf(SYSTEM, { at: now }), { interaction: 'log-dropped', subjects: [] });
  await writer.write(told);
  expect((await readDropped(postgres.database)).map((d) => d.recorded)).toEqual([true]);
});

test('a log restored into another cluster, with its transactions numbered anew, goes on above what it has', async () => {
  await sealAudit(postgres.database, Date.now());
  await sql('update audit_cluster set system = 1');
  await settleAuditIn(postgres.database);
  await recorded(SYSTEM, { interaction: 'read', subjects: PATIENT });
  expect(await sealAudit(postgres.database, Date.now())).toBe(1);
  expect(await wrong()).toEqual([]);
});
