import { describe, expect, it } from 'vitest';
import {
  Authorizer,
  isPolarError,
  type AuthorizerOptions,
  type Code,
  type Decision,
  type PolarError,
} from '../index.js';

// cspell:ignore isnt

const load = (policies: string, options: Partial<AuthorizerOptions> = {}) =>
  Authorizer.load({ policies, onWarning: () => {}, ...options });

/** `true`, `false`, or the code of the error. */
async function outcome(
  policy: string,
  resource: unknown,
  options: Partial<AuthorizerOptions> = {},
): Promise<boolean | Code> {
  const authorizer = await load(policy, options);
  try {
    return await authorizer.can({ id: 1 }, 'read', resource);
  } catch (error) {
    if (isPolarError(error)) return error.code;
    throw error;
  }
}

describe('an undecided condition', () => {
  it('ends only its alternative: another one may grant', async () => {
    expect(await outcome('allow(_, _, r) if r.missing = 1 or r.open = true;', { open: true })).toBe(true);
    expect(
      await outcome('allow(_, _, r) if r.missing = 1; allow(_, _, r) if r.open = true;', { open: true }),
    ).toBe(true);
  });

  it('throws an error with the rule, the attribute and similar names when no rule grants', async () => {
    const authorizer = await load('allow(_, _, r) if r.isPubic = true;');
    await expect(authorizer.can({}, 'read', { isPublic: false })).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
      data: { name: 'isPubic', on: 'a dictionary' },
      line: 1,
      column: 19,
      message: expect.stringContaining('did you mean `isPublic`?') as string,
    });
    await expect(authorizer.can({}, 'read', { isPublic: false })).rejects.toThrow(
      'in rule allow (policy:1:1)',
    );
  });

  it('denies with undecided: deny, and onDecision receives the outcome undecided', async () => {
    const outcomes: unknown[] = [];
    const options = {
      undecided: 'deny',
      onDecision: (d: { outcome: string }) => outcomes.push(d.outcome),
    } as const;
    expect(await outcome('allow(_, _, r) if r.missing = 1;', {}, options)).toBe(false);
    expect(outcomes).toEqual(['undecided']);
  });

  const undecided: [string, string, unknown, Code][] = [
    ['an attribute of nil', 'r.owner.id = 1', { owner: null }, 'POLAR_UNDECIDED_ATTRIBUTE_OF_NIL'],
    ['a missing attribute', 'r.nope = 1', {}, 'POLAR_UNDECIDED_MISSING_ATTRIBUTE'],
    ['a missing method', 'r.nope()', {}, 'POLAR_UNDECIDED_MISSING_METHOD'],
    ['a key of the wrong kind', 'k = 1 and r.(k) = 1', {}, 'POLAR_UNDECIDED_KEY'],
    ['order across types', 'r.a < "x"', { a: 1 }, 'POLAR_UNDECIDED_ORDER'],
    ['order with nil', 'r.a < 1', { a: null }, 'POLAR_UNDECIDED_ORDER'],
    ['a condition that is neither true nor false', 'r.a', { a: 1 }, 'POLAR_UNDECIDED_CONDITION'],
    ['arithmetic on what is no number', 'r.a + 1 = 2', { a: '1' }, 'POLAR_UNDECIDED_ARITHMETIC'],
    ['division by zero', '1 / r.a = 2', { a: 0 }, 'POLAR_UNDECIDED_DIVISION_BY_ZERO'],
    ['remainder by zero', '1 mod r.a = 2', { a: 0 }, 'POLAR_UNDECIDED_DIVISION_BY_ZERO'],
    ['a result beyond the safe integers', 'r.a * 2 = 4', { a: 2 ** 52 }, 'POLAR_UNDECIDED_UNSAFE_INTEGER'],
    ['in over what cannot be iterated', '1 in r.a', { a: 5 }, 'POLAR_UNDECIDED_NOT_ITERABLE'],
  ];
  it.each(undecided)('%s', async (_what, condition, resource, code) => {
    expect(await outcome(`allow(_, _, r) if ${condition};`, resource)).toBe(code);
  });

  describe.each(['source', 'closures'] as const)("with undecided: 'deny' and onDecision, on %s", (engine) => {
    /** Returns the decision of one check, which is denied. */
    async function decisionOf(policies: string, resource: unknown): Promise<Decision> {
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision) => void decisions.push(decision);
      const authorizer = await load(policies, { engine, undecided: 'deny', onDecision });
      expect(authorizer.canSync({ id: 1 }, 'read', resource)).toBe(false);
      return decisions[0]!;
    }

    const withoutRules = (message: string) => message.split('\n  in rule', 1)[0];

    it.each(undecided)('records the error of the machine for %s', async (_what, condition, resource) => {
      for (const form of [
        condition,
        `not (${condition})`,
        `not helper(r)`,
        `forall(x in [1, 2], x = 3 or helper(r))`,
      ]) {
        const policy = `allow(_, _, r) if ${form};\n\nhelper(r) if ${condition};`;
        // oxlint-disable-next-line no-await-in-loop -- one policy after the other
        const machine = await load(policy, { engine: 'machine' });
        let expected: PolarError | undefined;
        try {
          machine.canSync({ id: 1 }, 'read', resource);
        } catch (error) {
          expected = error as PolarError;
        }
        // oxlint-disable-next-line no-await-in-loop -- as above
        const decision = await decisionOf(policy, resource);
        expect(decision.outcome).toBe('undecided');
        // Only the machine computes keys.
        expect(decision.engine).toBe(condition.includes('.(k)') ? 'machine' : engine);
        const { code, data, file, line, column, message } = expected!;
        expect(decision.error).toMatchObject({ code, data, file, line, column });
        // The machine adds the rules that led to the condition.
        expect(withoutRules((decision.error as PolarError).message)).toBe(withoutRules(message));
      }
    });

    it('records the value that the condition read, when the data changes later', async () => {
      const resource = { level: 'high' };
      const { error } = await decisionOf('allow(_, _, r) if r.level < 3;', resource);
      resource.level = 'low';
      expect(error).toMatchObject({ code: 'POLAR_UNDECIDED_ORDER', data: { left: '"high"', right: '3' } });
    });

    it('reads each attribute once', async () => {
      let reads = 0;
      const resource = {
        get level() {
          reads++;
          return null;
        },
      };
      const decision = await decisionOf('allow(_, _, r) if r.level < 3;', resource);
      expect(decision.errorCode).toBe('POLAR_UNDECIDED_ORDER');
      expect(reads).toBe(1);
    });

    it('records the places of the type whose rules share code with those of another type', async () => {
      const policies = ['A', 'B'].map((type) => `allow(_, _, r: ${type}) if r.open;`).join('\n');
      const [types, decisions] = [{ A: class A {}, B: class B {} }, [] as Decision[]];
      const onDecision = (decision: Decision) => void decisions.push(decision);
      const authorizer = await load(policies, { engine, types, undecided: 'deny', onDecision });
      for (const type of [types.A, types.B]) authorizer.canSync(1, 'read', new type());
      expect(decisions.map(({ error }) => (error as PolarError).line)).toEqual([1, 2]);
    });

    it('records no error of an earlier check', async () => {
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision) => void decisions.push(decision);
      const policies = 'allow(_, _, r) if r.level < 3;';
      const authorizer = await load(policies, { engine, undecided: 'deny', onDecision });
      for (const level of [null, 4, 2, null]) authorizer.canSync(1, 'read', { level });
      expect(decisions.map(({ outcome, errorCode }) => [outcome, errorCode])).toEqual([
        ['undecided', 'POLAR_UNDECIDED_ORDER'],
        ['denied', undefined],
        ['allowed', undefined],
        ['undecided', 'POLAR_UNDECIDED_ORDER'],
      ]);
    });

    it('records the error of a check that awaits promises', async () => {
      const decisions: Decision[] = [];
      const onDecision = (decision: Decision) => void decisions.push(decision);
      const policies = 'allow(_, _, r) if r.level < 3;';
      const authorizer = await load(policies, { engine, undecided: 'deny', onDecision });
      for (const level of [2, null, 4])
        // oxlint-disable-next-line no-await-in-loop -- one check after the other
        await authorizer.can(1, 'read', { level: Promise.resolve(level) });
      expect(decisions.map(({ outcome }) => outcome)).toEqual(['allowed', 'undecided', 'denied']);
      expect(decisions[1]!.error).toMatchObject({ code: 'POLAR_UNDECIDED_ORDER', line: 1, column: 19 });
    });
  });

  // The corpus of the original engine does not cover this: there, an error below `not` often gets lost.
  it.each(undecided)('%s never becomes true under not or forall', async (_what, condition, resource) => {
    for (const form of [
      `not (${condition})`,
      `forall(x in [1], x = 1 and ${condition})`,
      `forall(${condition}, false)`,
      `not (1 = 1 and ${condition})`,
      `not (1 = 2 or (${condition}))`,
      `not helper(r)`,
      `not (not (not helper(r)))`,
      `forall(x in [1, 2], x = 1 or helper(r))`,
    ]) {
      const policy = `allow(_, _, r) if ${form}; helper(r) if ${condition};`;
      const found = await outcome(policy, resource).catch((error: unknown) => String(error));
      expect(found === true ? `${form} allowed` : 'refused').toBe('refused');
    }
  });

  it('stays undecided when the variable of a negation is bound later', async () => {
    const policy = 'allow(_, _, r) if isnt(p) and p = r.isPrivate; isnt(p) if not p;';
    for (const isPrivate of [null, 'yes', 1]) {
      expect(await outcome(policy, { isPrivate })).toBe('POLAR_UNDECIDED_CONDITION');
    }
    expect(await outcome(policy, { isPrivate: undefined })).toBe('POLAR_UNDECIDED_MISSING_ATTRIBUTE');
    expect(await outcome(policy, { isPrivate: true })).toBe(false);
    expect(await outcome(policy, { isPrivate: false })).toBe(true);
  });

  it('reports a missing column of a row without a prototype as undecided', async () => {
    const row = Object.assign(Object.create(null) as object, { id: 1 });
    expect(await outcome('allow(_, _, r) if not r.isPrivate;', row)).toBe(
      'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    );
    expect(await outcome('allow(_, _, r) if not r matches {isPrivate: true};', row)).toBe(
      'POLAR_UNDECIDED_PATTERN',
    );
  });

  it('does not matter under not when another alternative proves the operand', async () => {
    expect(await outcome('allow(_, _, r) if not (r.nope = 1 or r.open = true);', { open: true })).toBe(false);
  });

  it('does not occur after an earlier condition has failed', async () => {
    expect(await outcome('allow(_, _, r) if not (r.open = true and r.nope = 1);', { open: false })).toBe(
      true,
    );
  });

  it('does not read a row without the column isPrivate as public', async () => {
    expect(await outcome('allow(_, _, r) if not r.isPrivate;', { id: 1 })).toBe(
      'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    );
    expect(await outcome('allow(_, _, r) if not r.isPrivate;', { isPrivate: false })).toBe(true);
    expect(await outcome('allow(_, _, r) if not r.isPrivate;', { isPrivate: null })).toBe(
      'POLAR_UNDECIDED_CONDITION',
    );
  });

  describe('a pattern with a missing attribute', () => {
    it('does not match, without being undecided', async () => {
      expect(await outcome('allow(_, _, r) if r matches {a: 1};', {})).toBe(false);
      expect(await outcome('allow(_, _, _: {a: {b: 1}});', { a: null })).toBe(false);
    });

    it('makes a negation around it undecided', async () => {
      expect(await outcome('allow(_, _, r) if not r matches {a: 1};', {})).toBe('POLAR_UNDECIDED_PATTERN');
      expect(await outcome('allow(_, _, r) if not private(r); private(_: {isPrivate: true});', {})).toBe(
        'POLAR_UNDECIDED_PATTERN',
      );
      expect(await outcome('allow(_, _, r) if not r matches {a: 1};', { a: 2 })).toBe(true);
    });
  });

  it('fails without being undecided for a missing key of a dictionary in the policy', async () => {
    expect(await outcome('allow(_, _, _) if d = {a: 1} and not d.b = 1;', {})).toBe(true);
  });
});

describe('enumerations', () => {
  it('omits undecided actions', async () => {
    const authorizer = await load('allow(_, "read", _); allow(_, "edit", r) if r.nope = 1;');
    expect(await authorizer.actions({}, { id: 1 })).toEqual(new Set(['read']));
  });

  it('returns an empty set when every action is undecided', async () => {
    const authorizer = await load('allow(_, "edit", r) if r.nope = 1;');
    expect(await authorizer.actions({}, { id: 1 })).toEqual(new Set());
  });
});

describe('queries', () => {
  it('yields all answers, and throws only when there is none', async () => {
    const authorizer = await load('f(1); f(2) if x = {a: 1} and x.a.b = 1; g(1) if 1 < "a";');
    const answers: unknown[] = [];
    for await (const answer of authorizer.policy.query('f(x)')) answers.push(answer.get('x'));
    expect(answers).toEqual([1]);
    await expect(authorizer.policy.query('g(x)').next()).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_ORDER',
    });
  });
});

describe('authorize', () => {
  it('hides the resource when reading it is undecided', async () => {
    const authorizer = await load('allow(_, "read", r) if r.nope = 1; allow(_, "edit", r) if r.id = 2;');
    await expect(authorizer.authorize({}, 'edit', { id: 1 })).rejects.toMatchObject({
      name: 'NotFoundError',
      status: 404,
    });
  });

  it('throws the undecided condition of the action itself', async () => {
    const authorizer = await load('allow(_, "read", _); allow(_, "edit", r) if r.nope = 1;');
    await expect(authorizer.authorize({}, 'edit', { id: 1 })).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    });
  });
});
