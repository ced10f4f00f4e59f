import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../aot/compile.js';
import { CompiledAuthorizer, type PolicyModule } from '../aot/compiled.js';
import { engines } from '../engine/fixtures/all-engines.fixture.js';
import { Authorizer, QueryVariable, secret, typed, type PolarError, type TypesInput } from '../index.js';

const marker = 'marker-7391';

/** Conditions that the data cannot decide, with the code of the error. Each reads a secret field. */
const conditions = {
  'user.email < 3': 'POLAR_UNDECIDED_ORDER',
  'email = user.email and 3 >= email': 'POLAR_UNDECIDED_ORDER',
  'user.email': 'POLAR_UNDECIDED_CONDITION',
  'user.salary + user.email = 3': 'POLAR_UNDECIDED_ARITHMETIC',
  'user.salary / 0 = 1': 'POLAR_UNDECIDED_DIVISION_BY_ZERO',
  'user.salary * user.salary = 1': 'POLAR_UNDECIDED_UNSAFE_INTEGER',
  '"a" in user.salary': 'POLAR_UNDECIDED_NOT_ITERABLE',
  'key = user.salary and user.(key) = 3': 'POLAR_UNDECIDED_KEY',
} as const;

const types = {
  User: { key: 'id', fields: { id: 'Integer', email: secret('String'), salary: secret('Any') } },
};
const open = { User: { key: 'id', fields: { id: 'Integer', email: 'String', salary: 'Any' } } };
const user = typed('User', { id: 1, email: marker, salary: 987_654_321_012 });
const secrets = [marker, '987654321012'];

const errorOf = (ask: () => unknown): PolarError => {
  try {
    ask();
  } catch (error) {
    return error as PolarError;
  }
  throw new Error('the check has thrown no error');
};

const policyOf = (condition: string): string => `allow(user: User, "read", _) if ${condition};`;
const textOf = (error: PolarError): string =>
  `${error.stack}\n${JSON.stringify(error)}\n${JSON.stringify(error.data)}`;

async function precompiled(policies: string, declared: TypesInput): Promise<CompiledAuthorizer> {
  const options = { types: declared, onWarning: () => {} };
  const text = await compilePolicy({ policies, format: 'cjs', ...options });
  const module = { exports: undefined as unknown as PolicyModule };
  // oxlint-disable-next-line typescript/no-implied-eval -- the module is text
  (new Function('module', text) as (target: object) => void)(module);
  return CompiledAuthorizer.load(module.exports, { types: declared });
}

describe.each(Object.entries(conditions))('the error about `%s`', (condition, code) => {
  it.each(engines)('contains no value of a secret field on the engine %s', async (engine) => {
    const authorizer = await Authorizer.load({
      policies: policyOf(condition),
      types,
      engine,
      onWarning: () => {},
    });
    for (let round = 0; round < 3; round++) {
      const error = errorOf(() => authorizer.canSync(user, 'read', user));
      expect(error.code).toBe(code);
      for (const value of secrets) expect(textOf(error)).not.toContain(value);
    }
  });

  it('contains no value of a secret field when the policy was compiled ahead of time', async () => {
    // A key that is not a string is an error when such a policy is compiled.
    if (code === 'POLAR_UNDECIDED_KEY') return;
    const authorizer = await precompiled(policyOf(condition), types);
    const error = errorOf(() => authorizer.canSync(user, 'read', user));
    expect(error.code).toBe(code);
    for (const value of secrets) expect(textOf(error)).not.toContain(value);
  });

  it('contains the value when no type declares a secret', async () => {
    const authorizer = await Authorizer.load({
      policies: policyOf(condition),
      types: open,
      onWarning: () => {},
    });
    const text = textOf(errorOf(() => authorizer.canSync(user, 'read', user)));
    expect(secrets.some((value) => text.includes(value))).toBe(true);
  });
});

describe('an error about secret fields', () => {
  it('names the kind of each value', async () => {
    const authorizer = await Authorizer.load({
      policies: policyOf('user.email < 3'),
      types,
      onWarning: () => {},
    });
    expect(errorOf(() => authorizer.canSync(user, 'read', user)).data).toMatchObject({
      left: 'a string',
      right: 'a number',
    });
  });

  it('contains no condition on a variable that has no value', async () => {
    const policies = 'near(user: User, x) if x > user.salary;';
    const authorizer = await Authorizer.load({ policies, types, queries: ['near'] });
    const answers = authorizer.policy.queryRule('near', [user, new QueryVariable('x')]);
    const error = await answers.next().then(
      () => undefined,
      (thrown: unknown) => thrown as PolarError,
    );
    expect(error?.code).toBe('POLAR_RUN_UNEXPECTED_CONSTRAINT');
    for (const value of secrets) expect(textOf(error!)).not.toContain(value);
  });
});
