import { describe, expect, it, vi } from 'vitest';
import { Authorizer, typed, type AuthorizerOptions, type Diagnostic } from '../index.js';
import { confusedKinds } from './value-kinds.js';

const code = 'POLAR_DATA_DIFFERENT_KINDS';

/** Loads a policy and runs checks, and returns the warnings about values of different kinds. */
async function warningsOf(
  policies: string,
  checks: readonly (readonly [actor: object, resource: object, isAllowed: boolean])[],
  options: Partial<AuthorizerOptions> = {},
): Promise<unknown[]> {
  const warnings: Diagnostic[] = [];
  const onWarning = (warning: Diagnostic): void => void warnings.push(warning);
  const types = { User: {}, Note: {} };
  const authorizer = await Authorizer.load({ policies, types, onWarning, ...options });
  for (const [actor, resource, isAllowed] of checks) {
    const args = [typed('User', actor), 'read', typed('Note', resource)] as const;
    // oxlint-disable-next-line no-await-in-loop -- the order of the checks matters
    expect(await authorizer.can(...args)).toBe(isAllowed);
  }
  return warnings
    .filter((warning) => warning.code === code)
    .map(({ data, line, column }) => ({ ...data, at: `${line}:${column}` }));
}

describe('the warning about compared values of different kinds', () => {
  it('appears for a granted check, with the place of the policy', async () => {
    const policy = 'allow(u: User, "read", n: Note) if n.submitterId != u.id;';
    expect(await warningsOf(policy, [[{ id: 1 }, { submitterId: '1' }, true]])).toEqual([
      { expression: 'n.submitterId != u.id', left: 'a string', right: 'a number', at: '1:36' },
    ]);
  });

  it('appears for a denied check', async () => {
    const policy = 'allow(u: User, "read", n: Note) if n.ownerId = u.id;';
    expect(await warningsOf(policy, [[{ id: 1n }, { ownerId: 1 }, false]])).toEqual([
      { expression: 'n.ownerId = u.id', left: 'a number', right: 'a bigint', at: '1:36' },
    ]);
  });

  it('appears once for each place', async () => {
    const policy = `allow(u: User, "read", n: Note) if n.a != u.id and n.b != u.id;`;
    const check = [{ id: 1 }, { a: '1', b: '1' }, true] as const;
    expect(await warningsOf(policy, [check, check, check])).toMatchObject([
      { expression: 'n.a != u.id' },
      { expression: 'n.b != u.id' },
    ]);
  });

  it('follows calls, alternatives, negations, variables, patterns, lists and related rows', async () => {
    const policy = `
      allow(u: User, "read", n: Note) if is_owner(u, n) or not n.editorId = u.id or n.team.leadId = u.id;
      allow(u: User, "read", n: Note) if id = u.id and id in n.readers and n matches {secret: "true"};
      allow(_: User{id: id}, "read", _: Note{reviewerId: id});
      is_owner(u, n) if n.ownerId = u.id;
    `;
    const note = {
      ownerId: '7',
      editorId: '7',
      team: { leadId: '7' },
      readers: [1, '7'],
      secret: true,
      reviewerId: '7',
    };
    const found = await warningsOf(policy, [[{ id: 7 }, note, true]]);
    expect(found.map((each) => Object.values(each as object))).toEqual([
      ['n.ownerId = u.id', 'a string', 'a number', '5:25'],
      ['n.editorId = u.id', 'a string', 'a number', '2:64'],
      ['n.team.leadId = u.id', 'a string', 'a number', '2:85'],
      ['id in n.readers', 'a number', 'a string', '3:56'],
      ['secret: "true"', 'a boolean', 'a string', '3:95'],
      ['reviewerId: id', 'a string', 'a number', '4:58'],
    ]);
  });

  it('does not appear for equal kinds, other texts, and rules about other types or actions', async () => {
    const policy = `
      allow(u: User, "read", n: Note) if n.a != u.id and n.b != u.id and n.c != u.id;
      allow(u: User, "write", n: Note) if n.d = u.id;
      allow(u: Note, "read", n: Note) if n.d = u.id;
    `;
    expect(await warningsOf(policy, [[{ id: 1 }, { a: 2, b: '2', c: 'x', d: '1' }, true]])).toEqual([]);
  });

  it('does not appear for a value that contradicts its declaration, which has an error of its own', async () => {
    const types = {
      User: { fields: { id: 'Integer' } },
      Note: { fields: { ownerId: 'Integer', price: 'Decimal' } },
    };
    const policy = 'allow(u: User, "read", n: Note) if n.ownerId = u.id or n.price = u.id or u.id = 1;';
    const found = await warningsOf(policy, [[{ id: 1 }, { ownerId: '1', price: '1' }, true]], { types });
    expect(found).toEqual([]);
  });

  it('does not appear for declared fields of related rows, and elements of declared lists', async () => {
    const types = {
      User: { fields: { id: 'Integer' } },
      Note: { fields: { owner: 'User', readers: ['Integer'] } },
    };
    const policy = 'allow(u: User, "read", n: Note) if n.owner.id = u.id and u.id in n.readers;';
    const note = { owner: { id: 1n }, readers: [1n] };
    expect(await warningsOf(policy, [[{ id: 1 }, note, true]], { types })).toEqual([]);
  });

  it('runs no getter and no method', async () => {
    const read = vi.fn<() => string>(() => '1');
    const note = Object.defineProperty({ method: read }, 'ownerId', { get: read, enumerable: true });
    const policy = 'allow(u: User, "read", n: Note) if n.ownerId != u.id or n.method() = u.id;';
    expect(await warningsOf(policy, [[{ id: 1 }, note, true]])).toEqual([]);
    // The check itself reads the attribute once.
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('ends with the first 100 checks of an action', async () => {
    const policy = 'allow(u: User, "read", n: Note) if n.ownerId != u.id;';
    const checks = Array.from({ length: 100 }, () => [{ id: 1 }, { ownerId: 2 }, true] as const);
    const mistake = [{ id: 1 }, { ownerId: '1' }, true] as const;
    expect(await warningsOf(policy, [...checks.slice(1), mistake])).toHaveLength(1);
    expect(await warningsOf(policy, [...checks, mistake])).toEqual([]);
  });

  it('ends for rules that call each other in a circle', async () => {
    const policy = `
      allow(u: User, "read", n: Note) if n.isPublic or a(u, n);
      a(u, n) if n.isPublic or b(u, n) or b(n, u);
      b(u, n) if n.isPublic or a(u, n) or a(n, u);
    `;
    expect(await warningsOf(policy, [[{ id: 1 }, { isPublic: true }, true]])).toEqual([]);
  });

  it('appears for checks without a promise, and for promised results', async () => {
    const warnings: Diagnostic[] = [];
    const authorizer = await Authorizer.load({
      policies:
        'allow(u: User, "read", n: Note) if n.ownerId != u.id; allow(u: User, "see", n: Note) if n.later and n.id != u.id;',
      types: { User: {}, Note: {} },
      onWarning: (warning) => void warnings.push(warning),
    });
    const user = typed('User', { id: 1 });
    expect(authorizer.canSync(user, 'read', typed('Note', { ownerId: '1' }))).toBe(true);
    const note = typed('Note', { id: '1', later: Promise.resolve(true) });
    expect(await authorizer.can(user, 'see', note)).toBe(true);
    expect(warnings.map(({ column }) => column)).toEqual([36, 101]);
  });

  it('does not appear in production, or when the option `denialWarnings` is false', async () => {
    const policy = 'allow(u: User, "read", n: Note) if n.ownerId != u.id;';
    const check = [{ id: 1 }, { ownerId: '1' }, true] as const;
    expect(await warningsOf(policy, [check], { denialWarnings: false })).toEqual([]);
    vi.stubEnv('NODE_ENV', 'production');
    expect(await warningsOf(policy, [check])).toEqual([]);
    vi.unstubAllEnvs();
  });
});

describe('confusedKinds', () => {
  const date = new Date('2024-05-01T10:00:00.000Z');
  const pairs = [
    [1, '1'],
    [1n, 1],
    [1n, '1'],
    [true, 'true'],
    [false, 'false'],
    [true, 1],
    [0, false],
    [1.5, '1.5'],
    [date, '2024-05-01T10:00:00.000Z'],
    [date, '2024-05-01T10:00:00Z'],
  ] as const;

  it.each(pairs)('finds %s and %s, which are never equal', async (left, right) => {
    expect(confusedKinds(left, right)).toBeDefined();
    expect(confusedKinds(right, left)).toEqual(confusedKinds(left, right)!.toReversed());
    const policy = 'allow(u: User, "read", n: Note) if n.value = u.value;';
    expect(await warningsOf(policy, [[{ value: left }, { value: right }, false]])).toHaveLength(1);
  });

  it.each([
    [1, 1],
    [1, '01'],
    [1, '1 '],
    [1, 2n],
    [true, '1'],
    [Number.NaN, 'x'],
    [date, '2024-05-02T10:00:00Z'],
    [date, 'May 1, 2024'],
    [date, date.getTime()],
    [null, 'null'],
    [{}, '[object Object]'],
    [undefined, 'undefined'],
  ])('does not find %s and %s', (left, right) => {
    expect(confusedKinds(left, right)).toBeUndefined();
  });
});
