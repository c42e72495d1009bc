import { describe, expect, it } from 'vitest';
import {
  accessOf,
  grantableScope,
  grantedScopes,
  parseScope,
  scopeFor,
  splitScopes,
} from '../../../src/access/scopes.ts';
import type { Permission } from '../../../src/kernel/ctx.ts';

function lettersOf(text: string): string {
  const scope = parseScope(text);
  if ('reason' in scope) throw new Error(scope.reason);
  return [...scope.permissions].join('');
}

function faultOf(requested: string, allowed: string): string | undefined {
  const grant = grantedScopes(requested, allowed);
  return 'fault' in grant ? grant.fault.reason : undefined;
}

describe('a scope', () => {
  it.each([
    ['system/Observation.read', 'rs'],
    ['system/Observation.write', 'cud'],
    ['system/Observation.*', 'cruds'],
    ['system/*.read', 'rs'],
    ['system/*.*', 'cruds'],
    ['system/Observation.cruds', 'cruds'],
    ['system/Observation.rs', 'rs'],
    ['system/Observation.cu', 'cu'],
    ['system/*.s', 's'],
    ['patient/Observation.rs', 'rs'],
    ['user/*.read', 'rs'],
  ])('%s permits %s', (text, letters) => {
    expect(lettersOf(text)).toBe(letters);
  });

  it.each([
    '',
    'system',
    'system/',
    'system/Observation',
    'system/Observation.',
    'system/Observation.sr',
    'system/Observation.rr',
    'system/Observation.x',
    'system/Observation.rsx',
    'system/Observation.reads',
    'system/observation.rs',
    'system/Observation.RS',
    'system/Observation/1.rs',
    'system/**.rs',
    'System/Observation.rs',
    'practitioner/Observation.rs',
    ' system/Observation.rs',
    'system/Observation.rs\n',
    'system/Observation.rs#',
    'openid',
    'launch/patient',
    'offline_access',
  ])('is not understood as %j', (text) => {
    expect(parseScope(text)).toMatchObject({ reason: 'syntax', scope: text });
  });

  it('keeps the parameters of a granular scope', () => {
    expect(parseScope('system/Observation.rs?category=laboratory')).toMatchObject({
      type: 'Observation',
      parameters: 'category=laboratory',
    });
  });

  it.each([
    ['patient/Observation.rs', 'context'],
    ['user/Observation.read', 'context'],
    ['system/Observation.rs?category=laboratory', 'granular'],
    ['system/Observation.rs?', 'granular'],
  ])('%s is understood, and refused', (text, reason) => {
    expect(grantableScope(text)).toMatchObject({ reason });
  });

  it('says what is wrong in both languages', () => {
    const scope = grantableScope('patient/Observation.rs');
    expect('reason' in scope && scope.text.en).toContain('patient/Observation.rs');
    expect('reason' in scope && scope.text.zh).toContain('patient/Observation.rs');
  });

  it('is written with its letters in order', () => {
    expect(scopeFor('Patient', ['s', 'r'])).toBe('system/Patient.rs');
    expect(scopeFor('*', new Set<Permission>(['d', 'c']))).toBe('system/*.cd');
  });
});

describe('a scope string', () => {
  it('lists each scope once', () => {
    expect(splitScopes(' system/A.r  system/B.r system/A.r ')).toEqual(['system/A.r', 'system/B.r']);
    expect(splitScopes('')).toEqual([]);
  });

  it('adds up what its scopes permit', () => {
    const { grants, scope } = accessOf('system/Patient.r system/Patient.s system/*.read system/Task.cu');
    expect(scope).toBe('system/Patient.r system/Patient.s system/*.read system/Task.cu');
    expect([...grants]).toEqual([
      ['Patient', new Set(['r', 's'])],
      ['*', new Set(['r', 's'])],
      ['Task', new Set(['c', 'u'])],
    ]);
  });

  it('permits nothing through what cannot be granted', () => {
    const text = 'patient/Patient.rs user/*.cruds system/Observation.rs?category=laboratory openid nonsense';
    expect(accessOf(text).grants.size).toBe(0);
  });
});

describe('a request for scopes', () => {
  it.each([
    ['system/Patient.r', 'system/*.rs'],
    ['system/Patient.rs system/Observation.s', 'system/*.rs'],
    ['system/Patient.read', 'system/*.rs'],
    ['system/Patient.rs', 'system/Patient.r system/Patient.s'],
    ['system/Patient.crs', 'system/*.rs system/Patient.c'],
    ['system/*.rs', 'system/*.cruds'],
    ['system/*.*', 'system/*.cruds'],
    ['system/Patient.write', 'system/Patient.cruds'],
  ])('%s is granted as asked under %s', (requested, allowed) => {
    expect(grantedScopes(requested, allowed)).toEqual({ scope: requested });
  });

  it.each([
    ['system/Patient.cruds', 'system/*.rs'],
    ['system/Patient.r system/Patient.c', 'system/*.rs'],
    ['system/*.rs', 'system/Patient.rs system/Observation.rs'],
    ['system/*.s', 'system/*.r'],
    ['system/Patient.read', 'system/Patient.r'],
    ['system/Observation.r', 'system/Patient.rs'],
    ['system/Patient.r', 'patient/Patient.rs'],
    ['system/Patient.r', ''],
  ])('%s goes beyond %s', (requested, allowed) => {
    expect(faultOf(requested, allowed)).toMatch(/^(unregistered|nothing)$/);
  });

  it('is refused whole when one of its scopes cannot be granted', () => {
    expect(faultOf('system/Patient.r patient/Patient.r', 'system/*.cruds patient/*.cruds')).toBe('context');
    expect(faultOf('system/Patient.r?active=true', 'system/*.cruds')).toBe('granular');
    expect(faultOf('system/Patient.r openid', 'system/*.cruds')).toBe('syntax');
  });

  it('that asks for none gets all that is registered', () => {
    expect(grantedScopes('', 'system/Patient.rs  system/Task.cu')).toEqual({
      scope: 'system/Patient.rs system/Task.cu',
    });
    expect(faultOf('', '')).toBe('nothing');
    expect(faultOf('', 'patient/*.rs')).toBe('nothing');
  });
});
