import { describe, expect, it } from 'vitest';
import {
  accessOf,
  parseScope,
  personScopes,
  registrableScope,
  scopeFor,
  splitScopes,
  systemScopes,
} from '../../../src/access/scopes.ts';
import type { Permission } from '../../../src/kernel/ctx.ts';

function lettersOf(text: string): string {
  const scope = parseScope(text);
  if ('reason' in scope) throw new Error(scope.reason);
  return [...scope.permissions].join('');
}

function faultOf(requested: string, allowed: string): string | undefined {
  const grant = systemScopes(requested, allowed);
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
    'patient/Observation.rs?',
    'patient/Observation.rs?category',
    'patient/Observation.rs?category=',
    'patient/Observation.rs?=laboratory',
    'patient/Observation.rs?category=laboratory&',
    'patient/Observation.rs?category="x"',
    'patient/Observation.read?category=laboratory',
  ])('is not understood as %s, with parameters that are none', (text) => {
    expect(parseScope(text)).toMatchObject({ reason: 'syntax', scope: text });
  });

  it('may have several parameters, with modifiers, chains and systems', () => {
    const parameters = 'category=http://x.example/cs|laboratory&status:not=entered-in-error&patient.name=A';
    expect(parseScope(`user/Observation.cruds?${parameters}`)).toMatchObject({ context: 'user', parameters });
  });

  it('says what is wrong in both languages', () => {
    const scope = parseScope('clinic/Observation.rs');
    expect('reason' in scope && scope.text.en).toContain('clinic/Observation.rs');
    expect('reason' in scope && scope.text.zh).toContain('clinic/Observation.rs');
  });

  it('may be registered when it is a resource scope or one of sign-on', () => {
    for (const text of ['openid', 'fhirUser', 'launch', 'launch/patient', 'offline_access', 'user/*.rs']) {
      expect(registrableScope(text)).toMatchObject({ text });
      expect('reason' in registrableScope(text)).toBe(false);
    }
    expect(registrableScope('launch/list')).toMatchObject({ reason: 'syntax' });
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

  it('lists every resource scope, and permits nothing by itself through what is narrowed', () => {
    const text = 'patient/Patient.rs user/*.cruds system/Observation.rs?category=laboratory openid nonsense';
    const access = accessOf(text, 'p1');
    expect(access.grants.size).toBe(0);
    expect(access.patient).toBe('p1');
    expect(access.scopes.map(({ context, type, parameters }) => [context, type, parameters])).toEqual([
      ['patient', 'Patient', undefined],
      ['user', '*', undefined],
      ['system', 'Observation', 'category=laboratory'],
    ]);
  });
});

describe('a request of a system for itself', () => {
  it.each([
    ['system/Patient.r', 'system/*.rs'],
    ['system/Patient.rs system/Observation.s', 'system/*.rs'],
    ['system/Patient.read', 'system/*.rs'],
    ['system/Patient.rs', 'system/Patient.r system/Patient.s'],
    ['system/Patient.crs', 'system/*.rs system/Patient.c'],
    ['system/*.rs', 'system/*.cruds'],
    ['system/*.*', 'system/*.cruds'],
    ['system/Patient.write', 'system/Patient.cruds'],
    ['system/Patient.r?active=true', 'system/Patient.rs'],
    ['system/Patient.r?active=true&gender=male', 'system/Patient.rs?active=true'],
    ['__introspect', 'system/Patient.rs __introspect'],
  ])('%s is granted as asked under %s', (requested, allowed) => {
    expect(systemScopes(requested, allowed)).toEqual({ scope: requested });
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
    ['system/Patient.r', 'system/Patient.r?active=true'],
    ['system/Patient.r?gender=male', 'system/Patient.r?active=true'],
    ['__introspect', 'system/*.cruds'],
  ])('%s goes beyond %s', (requested, allowed) => {
    expect(faultOf(requested, allowed)).toMatch(/^(unregistered|nothing)$/);
  });

  it('is refused whole when one of its scopes cannot be granted', () => {
    expect(faultOf('system/Patient.r patient/Patient.r', 'system/*.cruds patient/*.cruds')).toBe('context');
    expect(faultOf('system/Patient.r openid', 'system/*.cruds openid')).toBe('context');
    expect(faultOf('system/Patient.r nonsense', 'system/*.cruds')).toBe('syntax');
  });

  it('that asks for none gets all that is registered', () => {
    expect(systemScopes('', 'system/Patient.rs  system/Task.cu')).toEqual({
      scope: 'system/Patient.rs system/Task.cu',
    });
    expect(faultOf('', '')).toBe('nothing');
    expect(faultOf('', 'patient/*.rs')).toBe('nothing');
  });
});

describe('a request on behalf of a person', () => {
  it.each([
    ['openid fhirUser launch/patient', 'openid fhirUser launch/patient', 'openid fhirUser launch/patient'],
    ['openid fhirUser', 'openid', 'openid'],
    ['patient/Observation.read', 'patient/*.rs', 'patient/Observation.read'],
    ['patient/*.*', 'patient/*.cruds', 'patient/*.*'],
    ['patient/Observation.cruds', 'patient/*.rs', 'patient/Observation.rs'],
    ['patient/Observation.*', 'patient/Observation.read', 'patient/Observation.rs'],
    ['patient/*.rs', 'patient/Patient.r patient/Task.cu', 'patient/Patient.r'],
    ['patient/*.cruds', 'patient/*.r patient/Task.cru', 'patient/*.r patient/Task.cu'],
    ['patient/Observation.rs', 'patient/Observation.rs?category=laboratory', ''],
    [
      'patient/Observation.cr?category=laboratory',
      'patient/*.r',
      'patient/Observation.r?category=laboratory',
    ],
    ['user/Patient.rs', 'patient/*.rs', ''],
    ['system/Patient.rs', 'system/*.rs', ''],
    ['nonsense __introspect', 'nonsense __introspect', ''],
  ])('%s is granted, registered for %s, as %j', (requested, registered, granted) => {
    expect(personScopes(requested, registered).join(' ')).toBe(granted);
  });
});
