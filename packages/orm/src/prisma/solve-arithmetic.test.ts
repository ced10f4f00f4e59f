import { Authorizer, isUndecided, typed } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import { randomCases, randomSeed, randomTimeout } from '../../../../tools/test-scope.js';
import { Random } from '../testing/world.fixture.js';
import { isNanookOrmError, prisma, type PrismaSchema } from './index.js';

const fields = {
  id: { type: 'Int', column: 'id' },
  size: { type: 'Int', column: 'size', nullable: true },
  total: { type: 'BigInt', column: 'total', nullable: true },
} as const;
const schema: PrismaSchema = {
  provider: 'postgresql',
  models: { Entry: { table: 'entries', key: ['id'], fields, relations: {} } },
};
const types = {
  User: { fields: { large: Number } },
  Entry: { key: 'id', fields: { id: 'Integer', size: 'Integer?', total: 'Integer?' } },
} as const;
const user = typed('User', { large: 1e20 });
const print = prisma({ client: { _clientVersion: '7' }, schema });

type Value = number | bigint | null;
type Compared = Readonly<Record<string, Value | readonly Value[]>> | null;

/** Evaluates a `where` for one row, as Prisma documents it. */
function accepts(where: object, row: Readonly<Record<string, Value>>): boolean {
  return Object.entries(where).every(([name, part]: [string, unknown]) => {
    if (name === 'AND') return (part as readonly object[]).every((each) => accepts(each, row));
    if (name === 'OR') return (part as readonly object[]).some((each) => accepts(each, row));
    const stored = row[name]!;
    if (part === null) return stored === null;
    return Object.entries(part as NonNullable<Compared>).every(([operator, given]) => {
      const values = [given].flat() as readonly Value[];
      const isAmong = values.some(
        (value) => stored === value || (value !== null && Number(value) === stored),
      );
      if (operator === 'not' || operator === 'notIn') return (given === null || stored !== null) && !isAmong;
      if (operator === 'equals' || operator === 'in') return stored !== null && isAmong;
      if (operator !== 'gte' && operator !== 'lte') throw new Error(`the test does not know ${operator}`);
      return (
        stored !== null && (operator === 'gte' ? stored >= (given as number) : stored <= (given as number))
      );
    });
  });
}

/** The numbers in a `where`, and those next to them. */
function edgesOf(where: object): readonly number[] {
  const numbers = JSON.stringify(where).match(/-?\d+/g) ?? [];
  return numbers.map(Number).flatMap((edge) => [-2, -1, 0, 1, 2].map((step) => edge + step));
}

const knowns = [
  0,
  1,
  2,
  3,
  -3,
  7,
  1.5,
  -0.1,
  1e-3,
  1e6,
  1e15,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  2 ** 31,
  'user.large',
];

function randomRule(random: Random, field: string): string {
  const text = () => {
    const known = random.of(knowns);
    return typeof known === 'number' && known < 0 ? `(0 - ${-known})` : String(known);
  };
  let number = `d.${field}`;
  for (let i = random.below(3) + 1; i > 0; i--) {
    const operator = random.of(['+', '-', '*', '/']);
    number =
      random.below(2) === 0 ? `(${number} ${operator} ${text()})` : `(${text()} ${operator} ${number})`;
  }
  const comparison = `${number} ${random.of(['=', '!=', '<', '<=', '>', '>='])} ${text()}`;
  return random.below(3) === 0 ? `not (${comparison})` : comparison;
}

describe('arithmetic on one column', () => {
  it.each([
    ['size', [-(2 ** 31), 2 ** 31 - 1]],
    ['total', [-(2 ** 53), 2 ** 53]],
  ] as const)(
    'is moved to the known side so that exactly the rows are found that a check allows: %s',
    async (field, [least, greatest]) => {
      const random = new Random(randomSeed(3));
      let compared = 0;
      const differences: object[] = [];
      for (let i = randomCases(2000); i > 0; i--) {
        const rule = randomRule(random, field);
        const authorizer = await Authorizer.load({
          policies: `allow(user: User, "read", d: Entry) if user = user and ${rule};`,
          types,
          onWarning: () => {},
        });
        let where: object;
        try {
          where = print(await authorizer.where(user, 'read', 'Entry'));
        } catch (error) {
          if (isNanookOrmError(error) && error.code === 'NANOOK_ORM_PRISMA_INEXPRESSIBLE') continue;
          throw error;
        }
        compared++;
        const isAllowed = (row: object): boolean => {
          try {
            return authorizer.canSync(user, 'read', typed('Entry', row));
          } catch (error) {
            if (isUndecided(error)) return false;
            throw error;
          }
        };
        const sample = Array.from({ length: 10 }, () => random.below(2 ** 31) - 2 ** 30);
        const values = [...edgesOf(where), ...sample, least, least + 1, -1, 0, 1, greatest - 1, greatest];
        for (const value of [...values.filter((each) => each >= least && each <= greatest), null]) {
          const isSmall = value === null || Number.isSafeInteger(value);
          const row = { id: 1, size: null, total: null, [field]: isSmall ? value : BigInt(value) };
          const found = accepts(where, row);
          if (found !== isAllowed(row)) differences.push({ rule, value, found, where });
        }
      }
      expect(differences.slice(0, 3)).toEqual([]);
      expect(compared).toBeGreaterThan(randomCases(1000));
    },
    randomTimeout(60_000),
  );
});
