import { join } from 'node:path';
import type { NamingSystem } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../../src/definitions/definitions.ts';
import { identifierSystems } from '../../../src/definitions/identifier-systems.ts';

const definitions = loadDefinitions(join(import.meta.dirname, '../../../profiles'));
const { identifierSystems: systems } = definitions;

function naming(name: string, uniqueId: NamingSystem['uniqueId'], more: Partial<NamingSystem> = {}) {
  return { resourceType: 'NamingSystem', name, kind: 'identifier', status: 'active', uniqueId, ...more };
}

describe('the systems of identifiers', () => {
  test('have the preferred form of their NamingSystem, however they are written', () => {
    for (const system of ['2.16.156.10011.1.5', 'URN:OID:2.16.156.10011.1.5', 'urn:oid:2.16.156.10011.1.5']) {
      expect(systems.preferred(system)).toBe('urn:oid:2.16.156.10011.1.5');
    }
    const credit = 'https://xiantong.example/fhir/NamingSystem/social-credit-code';
    expect(systems.preferred('http://xiantong.example/fhir/NamingSystem/social-credit-code/')).toBe(credit);
    expect(systems.preferred('urn:oid:2.16.156.10011.1.50')).toBeUndefined();
    expect(systems.preferred(' 2.16.156.10011.1.5')).toBeUndefined();
  });

  test('tell a social security card from a health card', () => {
    const card = systems.preferred('2.16.840.1.113883.2.23.1.19.2');
    expect(card).not.toBe(systems.preferred('urn:oid:2.16.156.10011.1.19'));
  });

  test('are refused when two NamingSystems claim one', () => {
    const both = [
      naming('One', [{ type: 'oid', value: '1.2.3' }]),
      naming('Two', [{ type: 'uri', value: 'urn:oid:1.2.3' }]),
    ] as NamingSystem[];
    expect(() => identifierSystems(both)).toThrow('NamingSystem Two has the unique id urn:oid:1.2.3');
    const retired = naming('Two', both[1]!.uniqueId, { status: 'retired' }) as NamingSystem;
    expect(identifierSystems([both[0]!, retired]).preferred('urn:oid:1.2.3')).toBe('urn:oid:1.2.3');
  });
});

test('values are half-width, without spaces around them, and only a resident identity number has its x raised', () => {
  const normal = (system: string, value: string) => systems.normal({ system, value })!.value;
  expect(normal('2.16.156.10011.1.3', '　１1010519491231002ｘ')).toBe('11010519491231002X');
  expect(normal('2.16.156.10011.1.12', ' ｚｙ－00１ x ')).toBe('zy-001 x');
  expect(normal('2.16.156.10011.1.12', '11010519491231002x')).toBe('11010519491231002x');
  expect(normal('2.16.156.10011.1.12', ' 　')).toBe(' 　');
});

test('an Identifier is known by a system that is an address beside a value that is text: no other type has both', () => {
  const found = new Set<string>();
  const visited = new Set<string>();
  const visit = (type: string) => {
    if (visited.has(type)) return;
    visited.add(type);
    const children = definitions.children(type);
    if (children.get('system')?.type === 'uri' && children.get('value')?.type === 'string') found.add(type);
    for (const { type: child } of children.values()) if (/^[A-Z]/.test(child)) visit(child);
  };
  for (const type of definitions.resourceTypes) visit(type);
  expect([...found]).toEqual(['Identifier']);
});
