import { describe, expect, it } from 'vitest';
import { recordOf } from './record-of.js';

const record = {
  at: '2026-01-31T09:30:00.000Z',
  kind: 'allow',
  outcome: 'denied',
  actor: { type: 'User', id: '7' },
  action: 'read',
  resource: null,
};

describe('recordOf', () => {
  it('reads a record, also as the attribute `decision` of a line of pino', () => {
    for (const content of [record, { level: 30, decision: record }])
      expect(recordOf(JSON.stringify(content))).toEqual(record);
  });

  it.each([
    ['no actor', { ...record, actor: undefined }],
    ['a text as the actor', { ...record, actor: 'ann' }],
    ['an id that is not a text', { ...record, resource: { type: 'Note', id: { x: 1 } } }],
    ['an unknown outcome', { ...record, outcome: 'toString' }],
    ['an invalid time', { ...record, at: 'now' }],
    ['an action that is not a text', { ...record, action: { a: 1 } }],
    ['a reason that is not a text', { ...record, reason: {} }],
    ['a rule without a line', { ...record, rule: { name: 'allow' } }],
    ['lists of fields that are incomplete', { ...record, fields: { allowed: ['id'] } }],
    ['a list', [record]],
    ['no content', null],
  ])('returns undefined for a line with %s', (_, content) => {
    expect(recordOf(JSON.stringify(content))).toBeUndefined();
  });

  it('returns undefined for a line that is not JSON', () => {
    expect(recordOf('{"at":')).toBeUndefined();
  });
});
