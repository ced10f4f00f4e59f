import { describe, expect, it } from 'vitest';
import { readAudit } from './audit-result.js';

describe('readAudit', () => {
  it('returns the routes and the digests of the policies', () => {
    const routes = [{ method: 'GET', path: '/', rules: [{ file: 'a.polar', line: 1 }] }];
    const out = JSON.stringify({ findings: 1, routes, notes: [], policies: { 'a.polar': 'ab' } });
    expect(readAudit({ code: 1, out, err: '' })).toEqual({ routes, policies: { 'a.polar': 'ab' } });
  });

  it('throws the reason of a command that listed no routes', () => {
    const message = 'the configuration names no application';
    expect(() => readAudit({ code: 2, out: JSON.stringify({ error: { message } }), err: '' })).toThrow(
      message,
    );
    expect(() => readAudit({ code: 2, out: '', err: `${message}\n` })).toThrow(message);
    expect(() => readAudit({ code: 0, out: '{"routes":[]}', err: '' })).toThrow('too old');
  });
});
