/** Two clients that others wrote work with a listening server. */
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Bundle, Observation, Patient } from '@medplum/fhirtypes';
import { Client } from 'fhir-kit-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
let origin: string;
beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  app = await startTestApp({ port, base: `${origin}/fhir` });
  await app.app.listen({ host: '127.0.0.1', port });
});
afterAll(() => app.close());

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const family = (name: string): Patient => ({ resourceType: 'Patient', name: [{ family: name }] });

function transactionOf(name: string): Bundle {
  const fullUrl = 'urn:uuid:55555555-5555-4555-8555-555555555555';
  const observation: Observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: name },
    subject: { reference: fullUrl },
  };
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl, resource: family(name), request: { method: 'POST', url: 'Patient' } },
      { resource: observation, request: { method: 'POST', url: 'Observation' } },
    ],
  };
}

describe('fhir-kit-client', () => {
  // biome-ignore lint/suspicious/noExplicitAny: its resources have no types
  type Any = any;
  let client: Client;
  beforeAll(() => {
    client = new Client({ baseUrl: `${origin}/fhir` });
  });

  test('reads the CapabilityStatement', async () => {
    expect((await client.capabilityStatement()).resourceType).toBe('CapabilityStatement');
  });

  test('creates, reads, updates, reads a version, searches and deletes', async () => {
    const created: Any = await client.create({ resourceType: 'Patient', body: family('Kit') as Any });
    const { id } = created;
    const read: Any = await client.read({ resourceType: 'Patient', id });
    expect(read).toEqual(created);
    const updated: Any = await client.update({
      resourceType: 'Patient',
      id,
      body: { ...read, gender: 'female' },
    });
    expect(updated.meta.versionId).toBe('2');
    const first: Any = await client.vread({ resourceType: 'Patient', id, version: '1' });
    expect(first.gender).toBeUndefined();
    const found: Any = await client.search({
      resourceType: 'Patient',
      searchParams: { family: 'kit', _count: '1' },
    });
    expect(found.entry.map((e: Any) => e.resource.id)).toEqual([id]);
    const history: Any = await client.resourceHistory({ resourceType: 'Patient', id });
    expect(history.entry).toHaveLength(2);
    await client.delete({ resourceType: 'Patient', id });
    await expect(client.read({ resourceType: 'Patient', id })).rejects.toMatchObject({
      response: { status: 410 },
    });
  });

  test('sends a transaction and follows the pages of a search', async () => {
    const answer: Any = await client.transaction({ body: transactionOf('KitTransaction') as Any });
    expect(answer.entry.map((e: Any) => e.response.status)).toEqual(['201 Created', '201 Created']);
    for (let i = 0; i < 4; i++)
      await client.create({ resourceType: 'Patient', body: family('KitPages') as Any });
    const ids = new Set<string>();
    let page: Any = await client.search({
      resourceType: 'Patient',
      searchParams: { family: 'KitPages', _count: '3' },
    });
    while (page) {
      for (const e of page.entry) ids.add(e.resource.id);
      page = await client.nextPage({ bundle: page });
    }
    expect(ids.size).toBe(4);
  });

  test('searches a compartment', async () => {
    const answer: Any = await client.transaction({ body: transactionOf('KitCompartment') as Any });
    const id = answer.entry[0].resource.id;
    const found: Any = await client.compartmentSearch({
      resourceType: 'Observation',
      compartment: { resourceType: 'Patient', id },
    });
    expect(found.entry).toHaveLength(1);
  });
});

describe('MedplumClient', () => {
  let client: MedplumClient;
  beforeAll(() => {
    client = new MedplumClient({ baseUrl: origin, fhirUrlPath: 'fhir', fetch, cacheTime: 0 });
  });

  test('creates, reads, updates, searches and deletes', async () => {
    const created = await client.createResource(family('Medplum'));
    expect(await client.readResource('Patient', created.id!)).toEqual(created);
    const updated = await client.updateResource({ ...created, gender: 'male' });
    expect(updated.meta!.versionId).toBe('2');
    expect((await client.readVersion('Patient', created.id!, '1')).gender).toBeUndefined();
    expect((await client.searchResources('Patient', 'family=medplum')).map((p) => p.id)).toEqual([
      created.id,
    ]);
    expect((await client.readHistory('Patient', created.id!)).entry).toHaveLength(2);
    await client.deleteResource('Patient', created.id!);
    await expect(client.readResource('Patient', created.id!, { cache: 'reload' })).rejects.toThrow(
      OperationOutcomeError,
    );
  });

  test('creates only when there is none', async () => {
    const identifier = [{ system: 'urn:example:medplum', value: '1' }];
    const patient: Patient = { resourceType: 'Patient', identifier };
    const query = 'identifier=urn:example:medplum|1';
    const first = await client.createResourceIfNoneExist(patient, query);
    const second = await client.createResourceIfNoneExist(patient, query);
    expect(second.id).toBe(first.id);
  });

  test('updates by criteria', async () => {
    const identifier = [{ system: 'urn:example:medplum', value: '2' }];
    const first = await client.upsertResource(
      { resourceType: 'Patient', identifier },
      { identifier: 'urn:example:medplum|2' },
    );
    const second = await client.upsertResource(
      { resourceType: 'Patient', identifier, gender: 'female' },
      { identifier: 'urn:example:medplum|2' },
    );
    expect(second.id).toBe(first.id);
    expect((second as Patient).meta!.versionId).toBe('2');
  });

  test('sends a batch and a transaction, and pages through a search', async () => {
    const answer = await client.executeBatch(transactionOf('MedplumTransaction'));
    expect(answer.type).toBe('transaction-response');
    expect(answer.entry).toHaveLength(2);
    for (let i = 0; i < 5; i++) await client.createResource(family('MedplumPages'));
    const ids: (string | undefined)[] = [];
    for await (const page of client.searchResourcePages('Patient', 'family=MedplumPages&_count=2'))
      ids.push(...page.map((p) => p.id));
    expect(new Set(ids).size).toBe(5);
    expect(ids).toHaveLength(5);
  });

  test('understands why a resource is refused', async () => {
    const wrong = { resourceType: 'Patient', gender: 'x' } as unknown as Patient;
    const error = await client.createResource(wrong).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OperationOutcomeError);
    expect((error as OperationOutcomeError).outcome.issue[0]!.expression).toEqual(['Patient.gender']);
  });
});
