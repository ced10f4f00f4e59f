import { describe, expect, it } from 'vitest';
import { Authorizer, isPolarError, QueryVariable, typed } from '../index.js';
import { compilePolicy } from '../aot/compile.js';

// A list that the policy writes can contain elements of a declared list, which contradict their declaration, or long decimals.

const types = { Doc: { fields: { ints: ['Integer'], amount: 'Decimal', amounts: ['Decimal'] } } };
const long = '12345678901234567890.5';
const load = (policies: string) => Authorizer.load({ policies, types, queries: ['f'], onWarning: () => {} });

async function answersOf(authorizer: Authorizer, doc: object): Promise<unknown> {
  const found: unknown[] = [];
  try {
    for await (const answer of authorizer.policy.queryRule('f', [doc, new QueryVariable('x')]))
      found.push(answer.get('x'));
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
  return found;
}

describe('a written list', () => {
  it.each(['x = [1, *ints] and x = [1, 2]', 'x in [2, *ints] and x = 1', 'f([1, *ints])'])(
    'is explained as undecided if an element contradicts its declaration: %s',
    async (condition) => {
      const authorizer = await load(`allow(_, "x", d: Doc) if ints = d.ints and ${condition}; f([1, 2]);`);
      const { outcome, undecided } = await authorizer.explain(null, 'x', typed('Doc', { ints: ['9'] }));
      expect(outcome).toBe('undecided');
      expect(undecided?.code).toBe('POLAR_UNDECIDED_FIELD_TYPE');
    },
  );

  it('ends a query with an error if one of its elements contradicts its declaration', async () => {
    const authorizer = await load('f(d: Doc, x) if ints = d.ints and x = [1, *ints];');
    expect(await answersOf(authorizer, typed('Doc', { ints: [2] }))).toEqual([[1, 2]]);
    expect(await answersOf(authorizer, typed('Doc', { ints: ['2'] }))).toBe('POLAR_UNDECIDED_FIELD_TYPE');
  });

  it('and its elements are answers of a query with long decimals as texts', async () => {
    const authorizer = await load(
      'f(d: Doc, x) if x = d.amount or x in d.amounts or x = [[d.amount], {a: d.amount}];',
    );
    const doc = typed('Doc', { amount: long, amounts: [long] });
    expect(await answersOf(authorizer, doc)).toEqual([long, long, [[long], { a: long }]]);
  });

  it('without elements contains nothing, also in a policy that is compiled ahead of time', async () => {
    const policies = 'allow(user, "x", d) if d.n in [] or user.isAdmin;';
    const text = await compilePolicy({ policies, types: {} });
    expect(text).not.toContain('(()');
  });
});
