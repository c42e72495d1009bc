import { describe, expect, it } from 'vitest';
import { may, noAccess, openAccess } from '../../../src/access/decide.ts';
import { readableTypes } from '../../../src/access/filter.ts';
import { accessOf } from '../../../src/access/scopes.ts';

const TYPES = ['Patient', 'Observation', 'Task', 'AuditEvent'];

describe('readableTypes', () => {
  it('keeps the types that may be searched, in order', () => {
    const access = accessOf('system/Task.rs system/Patient.s system/Observation.r system/AuditEvent.c');
    expect(readableTypes(access, TYPES)).toEqual(['Patient', 'Task']);
    expect(readableTypes(access, TYPES, 'r')).toEqual(['Observation', 'Task']);
  });

  it('keeps all in the open, and none with no access', () => {
    expect(readableTypes(openAccess(), TYPES)).toEqual(TYPES);
    expect(readableTypes(noAccess(), TYPES)).toEqual([]);
  });

  it('never keeps what a decision would refuse', () => {
    for (const scope of ['system/*.rs', 'system/*.r', 'system/Patient.cud', 'system/*.s system/Task.r', '']) {
      const access = accessOf(scope);
      for (const permission of ['r', 's'] as const) {
        const kept = readableTypes(access, TYPES, permission);
        expect(kept).toEqual(TYPES.filter((type) => may(access, type, permission)));
      }
    }
  });
});
