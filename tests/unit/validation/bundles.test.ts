import { describe, expect, test } from 'vitest';
import { check } from './support.ts';

const patient = (id?: string) => ({ resourceType: 'Patient', ...(id ? { id } : {}) });
const urn = (n: number) => `urn:uuid:0b0a3a47-65a4-4f06-9e4e-3a8ce8a4b9a${n}`;
const bundle = (type: string, entry: object[], more: object = {}) => ({
  resourceType: 'Bundle',
  type,
  entry,
  ...more,
});

describe('the fullUrl of an entry', () => {
  const one = (entry: object, type = 'collection') => check(bundle(type, [entry]));

  test('is there, and absolute', () => {
    const wrong = ['bundle-full-url Bundle.entry[0].fullUrl'];
    expect(one({ resource: patient() })).toEqual(wrong);
    expect(one({ fullUrl: 'Patient/1', resource: patient('1') })).toEqual(wrong);
    expect(one({ fullUrl: urn(1), resource: patient('1') })).toEqual([]);
    const request = { method: 'POST', url: 'Patient' };
    expect(one({ resource: patient(), request }, 'transaction')).toEqual([]);
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'invalid' }] };
    expect(one({ resource: outcome, search: { mode: 'outcome' } }, 'searchset')).toEqual([]);
  });

  test('agrees with the type and id of the resource', () => {
    const at = (fullUrl: string) => one({ fullUrl, resource: patient('1') });
    expect(at('http://a.example/fhir/Patient/1')).toEqual([]);
    expect(one({ fullUrl: 'http://a.example/fhir/Person/1', resource: patient() })).toEqual([
      'bundle-full-url Bundle.entry[0].fullUrl',
    ]);
    for (const name of ['Patient/2', 'Person/1'])
      expect(at(`http://a.example/fhir/${name}`)).toEqual(['bundle-full-url Bundle.entry[0].fullUrl']);
  });
});

describe('a document', () => {
  const composition = (more: object) => ({
    resourceType: 'Composition',
    status: 'final',
    type: { coding: [{ system: 'http://loinc.org', code: '34133-9' }] },
    date: '2024-05-01',
    title: 'x',
    author: [{ reference: urn(2) }],
    ...more,
  });
  const document = (first: object, ...rest: object[]) =>
    check(
      bundle('document', [{ fullUrl: urn(1), resource: first }, ...rest], {
        identifier: { system: 'urn:ietf:rfc:3986', value: urn(9) },
        timestamp: '2024-05-01T00:00:00Z',
      }),
    ).filter((line) => !line.startsWith('binding-preferred'));
  const author = { fullUrl: urn(2), resource: { resourceType: 'Practitioner' } };

  test('has everything that its Composition refers to', () => {
    expect(document(composition({}), author)).toEqual([]);
    const section = [{ title: 'a', section: [{ title: 'b', entry: [{ reference: urn(3) }] }] }];
    expect(document(composition({ subject: { reference: 'Patient/1' }, section }), author)).toEqual([
      'bundle-reference Bundle.entry[0].resource.subject.reference',
      'bundle-reference Bundle.entry[0].resource.section[0].section[0].entry[0].reference',
    ]);
  });

  test('has nothing that does not hang together with it', () => {
    const stray = { fullUrl: urn(4), resource: patient() };
    expect(document(composition({}), author, stray)).toEqual(['bundle-unlinked Bundle.entry[2]']);
    const provenance = {
      fullUrl: urn(5),
      resource: {
        resourceType: 'Provenance',
        target: [{ reference: urn(1) }],
        recorded: '2024-05-01T00:00:00Z',
        agent: [{ who: { reference: urn(4) } }],
      },
    };
    expect(document(composition({}), author, stray, provenance)).not.toContain(
      'bundle-unlinked Bundle.entry[2]',
    );
  });
});

test('a message has what it is about', () => {
  const header = {
    resourceType: 'MessageHeader',
    eventUri: 'http://x.example/event',
    source: { endpoint: 'http://x.example/his' },
    focus: [{ reference: urn(2) }],
  };
  const message = (...rest: object[]) =>
    check(bundle('message', [{ fullUrl: urn(1), resource: header }, ...rest]));
  expect(message({ fullUrl: urn(2), resource: patient() })).toEqual([]);
  expect(message()).toEqual(['bundle-reference Bundle.entry[0].resource.focus[0].reference']);
});
