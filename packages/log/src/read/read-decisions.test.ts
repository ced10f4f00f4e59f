import { expect, it } from 'vitest';
import type { DecisionQuery } from './decision-query.js';
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
    "must be a Date, or a time such as '2026-01-31T09:30:00Z'",
  ],
  ['an invalid date', { to: new Date('') }, 'must be a Date, or a time'],
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
