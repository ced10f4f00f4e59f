import {
  Authorizer,
  isPolicyError,
  isUndecided,
  nullable,
  oneOf,
  optional,
  typed,
  type TypesInput,
} from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { chroma } from '../chroma/index.js';
import { isNanookOrmError } from '../errors/nanook-orm-error.js';
import { qdrant } from '../qdrant/index.js';
import { satisfiesChroma, satisfiesQdrant, type Payload } from '../testing/vector-stores.fixture.js';
import { Random } from '../testing/world.fixture.js';

const status = ['draft', 'final', 'secret'];
const types: TypesInput = {
  User: { fields: { tenant: 'String', level: 'Integer' } },
  Chunk: {
    fields: {
      tenant: 'String',
      owner: nullable('String'),
      team: optional('String'),
      status: oneOf(...status),
      stage: nullable(oneOf(...status)),
      level: 'Integer',
      rank: optional('Integer'),
      score: nullable('Float'),
      isPublic: 'Boolean',
      isOld: optional('Boolean'),
    },
  },
};
const values: Readonly<Record<string, readonly unknown[]>> = {
  tenant: ['a', 'b', 'A', ''],
  owner: ['ann', 'bob', null],
  team: ['red', 'blue'],
  status,
  stage: [...status, null],
  level: [-1, 0, 1, 2, 5],
  rank: [-1, 0, 1, 2, 5],
  score: [-0.5, 0, 0.5, 1, 2, null],
  isPublic: [true, false],
  isOld: [true, false],
};
const fields = Object.keys(values);
/** Values that some declaration contradicts, and `undefined` for a field that is absent. */
const wrong = [undefined, undefined, null, 'a', '1', 'other', 1, true];

const payloads = (random: Random): readonly Payload[] =>
  Array.from({ length: 60 }, () =>
    Object.fromEntries(
      fields.flatMap((field) => {
        const value = random.of(random.below(6) === 0 ? wrong : values[field]!);
        return value === undefined ? [] : [[field, value]];
      }),
    ),
  );

function condition(random: Random, depth: number): string {
  if (depth > 0) {
    const inner = () => condition(random, depth - 1);
    switch (random.below(4)) {
      case 0:
        return `(${inner()} and ${inner()})`;
      case 1:
        return `(${inner()} or ${inner()})`;
      case 2:
        return `not (${inner()})`;
      default:
    }
  }
  const field = random.of(fields);
  const written = () => {
    const value = random.of(values[random.below(8) === 0 ? random.of(fields) : field]!);
    return value === null ? 'nil' : JSON.stringify(value);
  };
  const column = `chunk.${field}`;
  switch (random.below(7)) {
    case 0:
      return `${column} ${random.of(['<', '<=', '>', '>='])} ${written()}`;
    case 1:
      return `${column} != ${written()}`;
    case 2:
      return `${column} in [${written()}, ${written()}]`;
    case 3:
      return `${column} = nil`;
    case 4:
      return random.of(['chunk.tenant = user.tenant', 'chunk.level <= user.level']);
    case 5:
      return random.of(['chunk.isPublic', 'chunk.isOld']);
    default:
      return `${column} = ${written()}`;
  }
}

const stores = [
  ['Qdrant', () => qdrant(), satisfiesQdrant, 0.5],
  [
    'Qdrant, with the fields in a key of the payload',
    () => qdrant({ within: 'metadata' }),
    (metadata: Payload, filter: object) => satisfiesQdrant({ metadata }, filter),
    0.5,
  ],
  [
    'Chroma',
    () => chroma(),
    (row: Payload, where: object) => satisfiesChroma(row, where as never, true),
    0.25,
  ],
  [
    'Chroma before 0.5.12',
    () => chroma(),
    (row: Payload, where: object) => satisfiesChroma(row, where as never, false),
    0.25,
  ],
] as const;

describe.each(stores)('the filter of %s', (_name, adapter, satisfies, share) => {
  it('accepts exactly the points for which a check is true, also with absent fields and values of another type', async () => {
    const random = new Random(11);
    const printFilter = adapter() as (condition: never) => object;
    const failures: unknown[] = [];
    const count = randomCases(400);
    let [compared, telling, refused] = [0, 0, 0];
    for (let i = 0; i < count; i++) {
      const rule = condition(random, random.below(4));
      const policies = `allow(user: User, "read", chunk: Chunk) if user = user and chunk = chunk and (${rule});`;
      const rows = payloads(random);
      const user = typed('User', { tenant: 'a', level: random.below(3) });
      try {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        const authorizer = await Authorizer.load({ policies, types, onWarning: () => {} });
        // oxlint-disable-next-line no-await-in-loop -- as above
        const filter = printFilter((await authorizer.where(user, 'read', 'Chunk')) as never);
        const allowed = rows.filter((row) => isAllowed(authorizer, user, row));
        const found = rows.filter((row) => satisfies(row, filter as never));
        compared++;
        if (allowed.length > 0 && allowed.length < rows.length) telling++;
        const differing = rows.filter((row) => allowed.includes(row) !== found.includes(row));
        if (differing.length > 0) failures.push({ rule, filter: JSON.stringify(filter), differing });
      } catch (error) {
        // A check at load refuses a text that the field cannot have.
        if (!isNanookOrmError(error) && !isPolicyError(error)) throw error;
        refused++;
      }
    }
    expect(failures.slice(0, 3)).toEqual([]);
    expect(compared + refused).toBe(count);
    expect(compared).toBeGreaterThan(count * share);
    expect(telling).toBeGreaterThan(compared * 0.4);
  });
});

function isAllowed(authorizer: Authorizer, user: object, row: Payload): boolean {
  try {
    return authorizer.canSync(user, 'read', typed('Chunk', { ...row }));
  } catch (error) {
    if (isUndecided(error)) return false;
    throw error;
  }
}
