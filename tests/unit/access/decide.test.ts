import { describe, expect, it } from 'vitest';
import { assertMay, assertMayAll, may, noAccess, openAccess } from '../../../src/access/decide.ts';
import { accessOf, PERMISSIONS } from '../../../src/access/scopes.ts';
import { FhirError } from '../../../src/kernel/fhir-error.ts';

function errorOf(act: () => void): FhirError {
  try {
    act();
  } catch (error) {
    if (error instanceof FhirError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('may', () => {
  it('permits what is granted on the type or on every type, and nothing else', () => {
    const access = accessOf('system/Patient.r system/*.s');
    expect(may(access, 'Patient', 'r')).toBe(true);
    expect(may(access, 'Patient', 's')).toBe(true);
    expect(may(access, 'Observation', 's')).toBe(true);
    expect(may(access, 'Observation', 'r')).toBe(false);
    expect(may(access, 'Patient', 'u')).toBe(false);
  });

  it('permits everything in the open, and nothing with no access', () => {
    for (const permission of PERMISSIONS) {
      expect(may(openAccess(), 'Patient', permission)).toBe(true);
      expect(may(noAccess(), 'Patient', permission)).toBe(false);
    }
    expect(openAccess().scope).toBe('system/*.cruds');
  });

  it('takes no wildcard from the name of a type', () => {
    expect(may(accessOf('system/Patient.cruds'), '*', 'r')).toBe(false);
  });
});

describe('assertMay', () => {
  it('lets pass what is granted', () => {
    expect(() => assertMay({ access: openAccess() }, 'd', 'Patient')).not.toThrow();
  });

  it('names the scope that is missing and those there are, in both languages', () => {
    const error = errorOf(() => assertMay({ access: accessOf('system/Task.rs') }, 'c', 'Patient'));
    expect(error.status).toBe(403);
    expect(error.issues).toHaveLength(1);
    expect(error.issues[0]?.code).toBe('forbidden');
    for (const text of [error.issues[0]?.text.en, error.issues[0]?.text.zh]) {
      expect(text).toContain('system/Patient.c');
      expect(text).toContain('system/Task.rs');
    }
    expect(error.headers['www-authenticate']).toBe(
      'Bearer realm="xiantong", error="insufficient_scope", scope="system/Patient.c"',
    );
  });

  it('says so when no scope was granted at all', () => {
    const error = errorOf(() => assertMay({ access: noAccess() }, 'r', 'Patient'));
    expect(error.issues[0]?.text.en).toBe('This needs the scope system/Patient.r, and no scope was granted.');
  });
});

describe('assertMayAll', () => {
  it('names everything that is missing at once', () => {
    const error = errorOf(() =>
      assertMayAll({ access: accessOf('system/ServiceRequest.cu') }, [
        { type: 'ServiceRequest', permission: 'u' },
        { type: 'Task', permission: 'u' },
        { type: 'Task', permission: 'c' },
        { type: 'Provenance', permission: 'c' },
      ]),
    );
    expect(error.headers['www-authenticate']).toContain('scope="system/Task.cu system/Provenance.c"');
  });

  it('lets pass what is granted, and what needs nothing', () => {
    expect(() => assertMayAll({ access: openAccess() }, [{ type: 'Task', permission: 'c' }])).not.toThrow();
    expect(() => assertMayAll({ access: noAccess() }, [])).not.toThrow();
  });
});
