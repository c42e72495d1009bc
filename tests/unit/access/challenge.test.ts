import { describe, expect, it } from 'vitest';
import { bearerChallenge } from '../../../src/access/challenge.ts';

describe('bearerChallenge', () => {
  it('is bare when no token was sent', () => {
    expect(bearerChallenge()).toBe('Bearer realm="xiantong"');
  });

  it('says what is wrong', () => {
    expect(bearerChallenge({ error: 'invalid_token', description: 'The access token expired' })).toBe(
      'Bearer realm="xiantong", error="invalid_token", error_description="The access token expired"',
    );
  });

  it('lets nothing out of its quotes', () => {
    expect(bearerChallenge({ error: 'insufficient_scope', scope: 'a" x="\\\r\nset-cookie: 县' })).toBe(
      'Bearer realm="xiantong", error="insufficient_scope", scope="a? x=????set-cookie: ?"',
    );
  });
});
