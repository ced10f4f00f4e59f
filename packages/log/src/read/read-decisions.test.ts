import { expect, it } from 'vitest';
import type { DecisionQuery } from './decision-query.js';
import { decisionFilter } from './decision-filter.js';
import { readDecisions, type DecisionSource } from './read-decisions.js';

// cspell:ignore actr

const empty: DecisionSource = { read: async () => [] };

it.each<[string, unknown, string]>([
  [
    'an unknown filter',
    { actr: 1 },
    'the filter `actr` of readDecisions does not exist; did you mean `actor`?',
  ],
  ['a filter that is undefined', { actor: undefined }, 'is undefined, which would select all records'],
  ['an object as an actor', { actor: { name: 'ann' } }, 'must be an id, or { type, id }'],
  ['null as an actor', { actor: null }, 'must be an id, or { type, id }; got null'],
  ['an empty list', { action: [] }, 'is an empty list'],
  ['another outcome', { outcome: 'granted' }, 'must be allowed or denied or undecided or error'],
  [
    'a text that is no time',
    { from: 'yesterday' },
    "must be a Date, a day, or a time with its zone, such as '2026-01-31T09:30:00Z'",
  ],
  ['an invalid date', { to: new Date('') }, 'must be a Date, a day, or a time'],
  ['a time without a zone', { from: '2026-01-31T09:30' }, 'a time with its zone'],
  ['a day in local style', { from: '01/02/2026' }, 'a time with its zone'],
  ['a user without an id', { actor: { type: 'User', id: undefined } }, 'must be an id, or { type, id }'],
  ['another kind', { kind: 'alow' }, 'must be allow or allow_field or allow_request'],
  ...[
    'newest 9999-99-99T99:99:99.999Z 01890000-0000-7000-8000-000000000000',
    'newest 2026-02-30T00:00:00.000Z 01890000-0000-7000-8000-000000000000',
    'newest 0000-01-01T00:00:00.000Z 01890000-0000-7000-8000-000000000000',
    `newest 2026-01-01T00:00:00.000Z ${'-'.repeat(36)}`,
  ].map((text): [string, unknown, string] => [
    `a forged cursor, ${text}`,
    { after: Buffer.from(text).toString('base64url') },
    'must be the cursor `next` of a page',
  ]),
  ['a number as a tenant', { tenant: 7 }, 'the filter `tenant` of readDecisions must be a text'],
  ['a page of 0 records', { take: 0 }, 'a whole number from 1 to 10000'],
  ['another order', { order: 'random' }, "must be 'newest' or 'oldest'"],
  ['a made-up cursor', { after: 'eyJh' }, 'must be the cursor `next` of a page'],
  ['a list', [], 'must be an object of filters'],
])('readDecisions refuses %s', async (_name, query, message) => {
  await expect(readDecisions(empty, query as DecisionQuery)).rejects.toThrow(message);
});

it('readDecisions refuses a source that cannot be read', async () => {
  await expect(readDecisions({} as DecisionSource)).rejects.toThrow(
    'must be a sink that stores records, such as jsonLines({ folder })',
  );
});

it('decisionFilter tests a record with the filters of readDecisions', () => {
  const record = {
    at: '2026-01-31T09:30:00.000Z',
    outcome: 'denied',
    action: 'pay',
    actor: { type: 'User', id: '7' },
  };
  const matches = (query: DecisionQuery) => decisionFilter(query)(record as never);
  expect(matches({ actor: { type: 'User', id: 7 }, outcome: ['denied', 'error'] })).toBe(true);
  expect(matches({ action: 'read' })).toBe(false);
  expect(matches({ to: '2026-01-31' })).toBe(false);
  expect(() => matches({ actr: 1 } as never)).toThrow('did you mean `actor`?');
});
