import { Authorizer, one, oneOf, optional, typed } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { chroma } from '../chroma/index.js';
import { qdrant } from '../qdrant/index.js';
import { satisfiesChroma, satisfiesQdrant } from '../testing/vector-stores.fixture.js';

const types = {
  User: { fields: { id: 'Integer', name: 'String' } },
  Chunk: {
    fields: {
      tenant: 'String',
      status: oneOf('draft', 'final'),
      level: 'Integer',
      labels: ['String'],
      score: 'Float',
      seenAt: Date,
      ownerId: optional('Integer'),
    },
    relations: { owner: one('User', { local: 'ownerId', foreign: 'id' }) },
  },
} as const;

async function conditionFor(rule: string) {
  const policies = `allow(user: User, "read", chunk: Chunk) if user = user and chunk = chunk and ${rule};`;
  const authorizer = await Authorizer.load({ policies, types: types as never, onWarning: () => {} });
  return authorizer.where(typed('User', {}), 'read', 'Chunk');
}

describe('qdrant()', () => {
  it('prints a condition with comparisons that are false for an absent field', async () => {
    const condition = await conditionFor(
      'chunk.tenant = "a" and chunk.status != "draft" and chunk.level < 3',
    );
    expect(qdrant()(condition)).toEqual({
      must: [
        { key: 'status', match: { any: ['draft', 'final'] } },
        { key: 'tenant', match: { value: 'a' } },
        { key: 'status', match: { value: 'final' } },
        { key: 'level', range: { lt: 3 } },
      ],
    });
  });
});

describe('chroma()', () => {
  it('prints a condition with comparisons that are false for an absent field', async () => {
    const condition = await conditionFor(
      'chunk.tenant = "a" and chunk.status != "draft" and chunk.level != 3',
    );
    expect(chroma()(condition)).toEqual({
      $and: [
        { status: { $in: ['draft', 'final'] } },
        { tenant: { $eq: 'a' } },
        { status: { $eq: 'final' } },
        { $or: [{ level: { $lt: 3 } }, { level: { $gt: 3 } }] },
      ],
    });
  });

  it.each(['chunk.score = 1.5', 'chunk.ownerId = nil'])('refuses %s', async (rule) => {
    const condition = await conditionFor(rule);
    expect(() => chroma()(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_VECTOR_INEXPRESSIBLE' }),
    );
  });
});

describe.each([
  ['qdrant()', qdrant()],
  ['chroma()', chroma()],
] as const)('%s', (_name, print) => {
  it.each([
    'chunk.owner.name = "ann"',
    'chunk.tenant < "b"',
    'chunk.tenant.startsWith("b")',
    'chunk.tenant.toLowerCase() = "b"',
    '"b" in chunk.labels',
    'labels = chunk.labels and labels = labels',
    'not "b" in chunk.labels',
    'chunk.tenant != "b"',
    'chunk.level <= chunk.ownerId',
    'chunk.level + 1 < 5',
    'chunk.seenAt <= chunk.seenAt',
  ])('refuses %s', async (rule) => {
    const condition = await conditionFor(rule);
    expect(() => print(condition)).toThrow(
      expect.objectContaining({ code: 'NANOOK_ORM_VECTOR_INEXPRESSIBLE' }),
    );
  });
});

it.each([
  ['nothing', 'false', false],
  ['everything', 'true', true],
] as const)('a policy that grants %s has a filter of each store', async (_case, rule, expected) => {
  const condition = await conditionFor(rule);
  for (const payload of [{}, { nanook: 1 }, { nanook: null }]) {
    expect(satisfiesQdrant(payload, qdrant()(condition))).toBe(expected);
    expect(satisfiesChroma(payload, chroma()(condition), true)).toBe(expected);
  }
});
