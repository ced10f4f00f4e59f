import { describe, expect, it, vi } from 'vitest';
import { Authorizer, Expression, QueryVariable, type AuthorizerOptions, type Decision } from '../index.js';

// cspell:ignore feilds Orgg

const load = (policies: AuthorizerOptions['policies'], options: Partial<AuthorizerOptions> = {}) =>
  Authorizer.load({ policies, onWarning: () => {}, ...options });

const policy = `
  allow(_, "read", r) if r.public = true;
  allow(u, "read", r) if r.owner = u.id;
  allow(u, "edit", r) if r.owner = u.id;
  allow_field(u, "read", r, field) if r.owner = u.id and field in ["title", "text"];
  allow_field(_, "read", _, "title");
  allow_request(u, request) if request.path = "/" or u.id = 1;
`;
const alice = { id: 1 };
const bob = { id: 2 };
const secret = { owner: 1, public: false };
const shared = { owner: 1, public: true };

describe('can', () => {
  it('queries allow(actor, action, resource)', async () => {
    const authorizer = await load(policy);
    expect(await authorizer.can(alice, 'edit', secret)).toBe(true);
    expect(await authorizer.can(bob, 'edit', secret)).toBe(false);
    expect(authorizer.canSync(alice, 'edit', secret)).toBe(true);
    expect(authorizer.canSync(bob, 'read', shared)).toBe(true);
  });

  it('awaits promises among the arguments', async () => {
    const authorizer = await load(policy);
    expect(await authorizer.can(Promise.resolve(alice), 'edit', Promise.resolve(secret))).toBe(true);
  });

  it('throws an error for a policy without an allow rule, instead of returning false', async () => {
    const authorizer = await load('f(1);');
    await expect(authorizer.can(1, 'a', 2)).rejects.toMatchObject({ code: 'POLAR_RUN_UNDEFINED_RULE' });
  });

  it('returns the right result to each of many concurrent actors', async () => {
    class User {
      constructor(readonly id: number) {}
      async groups(): Promise<number[]> {
        await new Promise((resolve) => setTimeout(resolve, this.id % 7));
        return [this.id];
      }
    }
    const authorizer = await load('allow(u: User, "read", r) if g in u.groups() and g = r.group;', {
      types: { User },
    });
    const answers = await Promise.all(
      Array.from({ length: 400 }, (_, i) =>
        authorizer.can(new User(i), 'read', { group: i % 2 === 0 ? i : i + 1 }),
      ),
    );
    expect(answers).toEqual(Array.from({ length: 400 }, (_, i) => i % 2 === 0));
  });
});

describe('authorize', () => {
  it('throws a ForbiddenError for an action on a type, which is not a secret', async () => {
    class Note {}
    const authorizer = await Authorizer.load({
      policies: 'allow("ann", _, _: Note); allow("ann", _, Note); allow("ann", _, Row);',
      types: { Note, Row: { fields: {} } },
    });
    for (const resource of [Note, authorizer.type('Row')])
      for (const action of ['create', 'list', 'read'])
        await expect(authorizer.authorize('ben', action, resource)).rejects.toMatchObject({ status: 403 });
    await expect(authorizer.authorize('ben', 'delete', new Note())).rejects.toMatchObject({ status: 404 });
  });

  it('returns the resource', async () => {
    const authorizer = await load(policy);
    expect(await authorizer.authorize(alice, 'edit', secret)).toBe(secret);
    expect(await authorizer.authorize(alice, 'edit', Promise.resolve(secret))).toBe(secret);
  });

  it('throws NotFoundError for an unreadable resource, and ForbiddenError for a readable one', async () => {
    const authorizer = await load(policy);
    await expect(authorizer.authorize(bob, 'edit', secret)).rejects.toMatchObject({
      name: 'NotFoundError',
      status: 404,
      expose: true,
    });
    await expect(authorizer.authorize(bob, 'read', secret)).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(authorizer.authorize(bob, 'edit', shared)).rejects.toMatchObject({
      name: 'ForbiddenError',
      status: 403,
      statusCode: 403,
    });
    await expect(authorizer.authorize(bob, 'edit', secret, { checkRead: false })).rejects.toMatchObject({
      name: 'ForbiddenError',
    });
  });

  it('uses the option readAction, and hides nothing with hideUnreadable: false', async () => {
    const view = await load(policy, { readAction: 'edit' });
    await expect(view.authorize(bob, 'read', secret)).rejects.toMatchObject({ name: 'NotFoundError' });
    const open = await load(policy, { hideUnreadable: false });
    await expect(open.authorize(bob, 'read', secret)).rejects.toMatchObject({ name: 'ForbiddenError' });
  });

  it('authorizeRequest and authorizeField query allow_request and allow_field', async () => {
    const authorizer = await load(policy);
    await authorizer.authorizeRequest(bob, { path: '/' });
    await expect(authorizer.authorizeRequest(bob, { path: '/x' })).rejects.toMatchObject({
      name: 'ForbiddenError',
    });
    await authorizer.authorizeField(alice, 'read', secret, 'text');
    await expect(authorizer.authorizeField(bob, 'read', secret, 'text')).rejects.toMatchObject({
      name: 'ForbiddenError',
    });
  });
});

describe('enumerations', () => {
  it('list actions and fields, each once', async () => {
    const authorizer = await load(policy);
    expect(await authorizer.actions(alice, shared)).toEqual(new Set(['read', 'edit']));
    expect(await authorizer.fields(alice, 'read', secret)).toEqual(new Set(['title', 'text']));
    expect(await authorizer.fields(bob, 'read', secret)).toEqual(new Set(['title']));
  });

  it('throw POLAR_RUN_WILDCARD for a rule that allows any action, or return * with allowWildcard', async () => {
    const authorizer = await load('allow(u, _, _) if u.admin;');
    await expect(authorizer.actions({ admin: true }, 1)).rejects.toMatchObject({
      code: 'POLAR_RUN_WILDCARD',
    });
    expect(await authorizer.actions({ admin: true }, 1, { allowWildcard: true })).toEqual(new Set(['*']));
    expect(await authorizer.actions({ admin: false }, 1)).toEqual(new Set());
  });

  it('throw for a rule that allows all actions except one', async () => {
    const authorizer = await load('allow(_, action, _) if action != "delete";');
    await expect(authorizer.actions(1, 1, { allowWildcard: true })).rejects.toMatchObject({
      code: 'POLAR_RUN_UNEXPECTED_CONSTRAINT',
    });
  });
});

describe('authorizer.as', () => {
  it('returns checks for one actor', async () => {
    const authorizer = await load(policy);
    const asBob = authorizer.as(bob);
    expect(await asBob.can('read', shared)).toBe(true);
    expect(await asBob.can('edit', shared)).toBe(false);
    expect(await asBob.actions(shared)).toEqual(new Set(['read']));
    await expect(asBob.authorize('edit', shared)).rejects.toMatchObject({ status: 403 });
  });
});

describe('query', () => {
  it('yields answers with their bindings', async () => {
    const authorizer = await load('f(1, "a"); f(2, "b");');
    const found: unknown[] = [];
    for await (const answer of authorizer.policy.query('f(x, y)'))
      found.push([answer.get('x'), answer.get('y')]);
    expect(found).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('accepts values for its variables, and throws for a name that it does not have', async () => {
    const authorizer = await load('f(1, "a"); f(2, "b");');
    const { value } = await authorizer.policy.query('f(x, y)', { bindings: { x: 2 } }).next();
    expect(value).toEqual(
      new Map<string, unknown>([
        ['x', 2],
        ['y', 'b'],
      ]),
    );
    expect(() => authorizer.policy.query('f(x, y)', { bindings: { z: 2 } })).toThrow(
      expect.objectContaining({ code: 'POLAR_RUN_NO_SUCH_BINDING' }),
    );
  });

  it('throws every syntax error immediately', () =>
    load('f(1);').then((authorizer) => {
      expect(() => authorizer.policy.query('f(x) and')).toThrow(
        expect.objectContaining({ name: 'PolicyError', line: 1, column: 9 }),
      );
    }));

  it('queryRule returns the values of variables, where the same name is the same variable', async () => {
    const authorizer = await load('f(1, 2); f(3, 3);');
    const x = new QueryVariable('x');
    const found: unknown[] = [];
    for await (const answer of authorizer.policy.queryRule('f', [x, x])) found.push(answer.get('x'));
    expect(found).toEqual([3]);
  });

  it('queryRule distinguishes variables with unusual names from values', async () => {
    const authorizer = await load('f(1, 2); f(3, 3);');
    const count = async (...args: unknown[]) => {
      let answers = 0;
      for await (const _answer of authorizer.policy.queryRule('f', args)) answers++;
      return answers;
    };
    expect(await count(new QueryVariable(''), 2)).toBe(1);
    expect(await count(9, 2)).toBe(0);
    expect(await count(new QueryVariable('a,b'), new QueryVariable('c'))).toBe(2);
    expect(await count(new QueryVariable('a'), new QueryVariable('b,c'))).toBe(2);
  });

  it('yields a constraint as an answer only with acceptExpression', async () => {
    const authorizer = await load('f(x) if x > 1 and x.a.b = 2;');
    await expect(authorizer.policy.query('f(x)').next()).rejects.toMatchObject({
      code: 'POLAR_RUN_UNEXPECTED_CONSTRAINT',
    });
    const { value } = await authorizer.policy.query('f(x)', { acceptExpression: true }).next();
    const constraint = (value as Map<string, unknown>).get('x');
    expect(constraint).toBeInstanceOf(Expression);
    expect(String(constraint)).toBe('_this > 1 and 2 = _this.a.b');
  });

  it('yields a list that contains the constraint of its element', async () => {
    const authorizer = await load('gt(x) if x > 1; free(y, x) if y = [x, 1];');
    const answer = async (query: string): Promise<Map<string, unknown>> => {
      const { value } = await authorizer.policy.query(query, { acceptExpression: true }).next();
      return value as Map<string, unknown>;
    };
    const list = await answer('gt(x) and y = [x, 7, z]');
    expect(String(list.get('x'))).toBe('_this > 1');
    const [x, seven, z, ...none] = list.get('y') as unknown[];
    expect(x).toBeInstanceOf(Expression);
    expect([String(x), seven, z, none]).toEqual(['_this > 1', 7, new QueryVariable('z'), []]);
    const nested = (await answer('gt(x) and y = {a: [{b: x}], c: 2}')).get('y') as {
      a: { b: unknown }[];
      c: unknown;
    };
    expect([String(nested.a[0]!.b), nested.c]).toEqual(['_this > 1', 2]);
    expect((await answer('gt(x) and free(y, w)')).get('y')).toEqual([new QueryVariable('w'), 1]);
    await expect(authorizer.policy.query('gt(x) and y = [x]').next()).rejects.toMatchObject({
      code: 'POLAR_RUN_UNEXPECTED_CONSTRAINT',
    });
  });
});

describe('load', () => {
  it('reports every error of every policy at once', async () => {
    const failing = load([
      { name: 'a.polar', source: 'f(x) if g(x);\nf(y);' },
      { name: 'b.polar', source: 'h(1)\nk(2);' },
    ]);
    await expect(failing).rejects.toMatchObject({
      name: 'PolicyError',
      diagnostics: expect.arrayContaining([
        expect.objectContaining({ code: 'POLAR_CHECK_SINGLETON_VARIABLE', file: 'a.polar', line: 2 }),
        expect.objectContaining({ code: 'POLAR_PARSE_MISSING_SEMICOLON', file: 'b.polar', line: 1 }),
      ]) as unknown,
    });
  });

  it('runs inline queries in source order, and throws when one fails', async () => {
    const printed: string[] = [];
    const print = (text: string) => printed.push(text);
    await load('f(1); ?= print("first"); ?= f(1) and print("second");', { print });
    expect(printed).toEqual(['"first"', '"second"']);
    await expect(load('f(1); ?= f(2);')).rejects.toMatchObject({
      code: 'POLAR_LOAD_INLINE_QUERY_FAILED',
      line: 1,
      column: 10,
    });
  });

  it('throws for an inline query whose answer is only a constraint', async () => {
    await expect(load('f(1); ?= x > 1 and x < 1;')).rejects.toMatchObject({
      code: 'POLAR_RUN_UNEXPECTED_CONSTRAINT',
    });
  });

  it('throws for unknown options and invalid types', async () => {
    await expect(load('', { polices: 'x' } as object)).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_OPTION',
      data: { option: 'polices' },
    });
    await expect(load('', { types: { Actor: class {} } })).rejects.toMatchObject({
      code: 'POLAR_TYPE_RESERVED_NAME',
    });
    await expect(load('', { types: { 'a b': {} } })).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_NAME',
    });
    await expect(load('', { types: { User: { feilds: {} } as object } })).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_DECLARATION',
    });
    await expect(load('', { types: { User: { fields: { org: 'Orgg' } }, Org: {} } })).rejects.toThrow(
      'did you mean `Org`?',
    );
    await expect(load([])).rejects.toMatchObject({ code: 'POLAR_LOAD_NO_POLICY' });
  });

  it('passes warnings to onWarning, or to the console without onWarning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    try {
      const authorizer = await Authorizer.load({ policies: 'f(1);' });
      expect(authorizer.policy.warnings.map((w) => w.code)).toEqual(['POLAR_CHECK_MISSING_ALLOW_RULE']);
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('does not contain an allow rule'));
    } finally {
      warn.mockRestore();
    }
  });
});

describe('reload', () => {
  it('replaces the policy as a whole', async () => {
    const authorizer = await load('allow(1, "a", 1);');
    const before = authorizer.policy.hash;
    await authorizer.reload('allow(1, "b", 1);');
    expect(authorizer.policy.hash).not.toBe(before);
    expect(await authorizer.can(1, 'a', 1)).toBe(false);
    expect(await authorizer.can(1, 'b', 1)).toBe(true);
  });

  it('keeps the old policy when the new one cannot be loaded', async () => {
    const authorizer = await load('allow(1, "a", 1);');
    await expect(authorizer.reload('allow(1, "b"')).rejects.toMatchObject({ name: 'PolicyError' });
    await expect(authorizer.reload('allow(1, "b", 1); ?= allow(2, 2, 2);')).rejects.toMatchObject({
      name: 'PolicyError',
    });
    expect(await authorizer.can(1, 'a', 1)).toBe(true);
    await authorizer.reload('allow(1, "c", 1);');
    expect(await authorizer.can(1, 'c', 1)).toBe(true);
  });

  it('lets a running query finish with the policy with which it started', async () => {
    const authorizer = await load('f(1); f(2); f(3);');
    const answers = authorizer.policy.query('f(x)');
    await answers.next();
    await authorizer.reload('f(9);');
    expect((await answers.next()).value?.get('x')).toBe(2);
  });
});

describe('onDecision', () => {
  it('receives the actor, action, resource, outcome, rule, policy, time and duration', async () => {
    const decisions: Decision[] = [];
    const at = new Date('2026-01-02T03:04:05Z');
    const authorizer = await load(
      { name: 'app.polar', source: 'allow(u, "read", r) if owns(u, r);\nowns(u, r) if r.owner = u.id;' },
      { onDecision: (d) => decisions.push(d), clock: () => at },
    );
    await authorizer.can(alice, 'read', secret);
    await authorizer.can(bob, 'read', secret);
    expect(decisions).toEqual([
      {
        kind: 'allow',
        actor: alice,
        action: 'read',
        resource: secret,
        field: undefined,
        outcome: 'allowed',
        rule: {
          name: 'allow',
          text: 'allow(u, "read", r) if owns(u, r);',
          file: 'app.polar',
          line: 1,
          column: 1,
        },
        proof: [
          {
            name: 'allow',
            text: 'allow(u, "read", r) if owns(u, r);',
            file: 'app.polar',
            line: 1,
            column: 1,
          },
          { name: 'owns', text: 'owns(u, r) if r.owner = u.id;', file: 'app.polar', line: 2, column: 1 },
        ],
        error: undefined,
        policy: authorizer.policy.hash,
        policyVersion: undefined,
        engine: authorizer.policy.engine,
        context: undefined,
        at,
        durationMs: undefined,
      },
      expect.objectContaining({ actor: bob, outcome: 'denied', rule: undefined, proof: [] }),
    ]);
  });

  it('receives the rule that grants the permission, not the rule that passes the arguments on', async () => {
    const decisions: Decision[] = [];
    class User {
      roles = ['reader'];
    }
    class Repo {}
    const source = [
      'actor User {}',
      'resource Repo { roles = ["reader"]; permissions = ["read"]; "read" if "reader"; }',
      'allow(actor, action, resource) if has_permission(actor, action, resource);',
      'has_role(user: User, name: String, _: Repo) if name in user.roles;',
    ].join('\n');
    const authorizer = await load(
      { name: 'app.polar', source },
      { types: { User, Repo }, onDecision: (d) => decisions.push(d) },
    );
    expect(await authorizer.can(new User(), 'read', new Repo())).toBe(true);
    expect(decisions[0]?.rule).toEqual({
      name: 'has_permission',
      text: '"read" if "reader";',
      file: 'app.polar',
      line: 2,
      column: 61,
    });
    expect(decisions[0]?.proof.map((rule) => rule.line)).toEqual([3, 2, 4]);
  });
});

describe('promises that fail', () => {
  it('cause no unhandled rejection while the check awaits another argument', async () => {
    const authorizer = await load('allow(_, _, _);');
    const slow = new Promise((resolve) => setTimeout(resolve, 5));
    const failing = Promise.reject(new Error('no connection'));
    await expect(authorizer.can(slow, 'read', failing)).rejects.toMatchObject({
      code: 'POLAR_RUN_HOST_ERROR',
    });
  });
});

describe('the clock', () => {
  it('provides Clock.now() to policies', async () => {
    let now = new Date('2026-01-01T00:00:00Z');
    const authorizer = await load('allow(_, "read", r) if r.until > Clock.now();', { clock: () => now });
    const grant = { until: new Date('2026-01-01T01:00:00Z') };
    expect(await authorizer.can(1, 'read', grant)).toBe(true);
    now = new Date('2026-01-01T02:00:00Z');
    expect(await authorizer.can(1, 'read', grant)).toBe(false);
  });

  it('gives way to a type or constant named Clock', async () => {
    const authorizer = await load('allow(_, "read", _) if Clock.hour = 3;', {
      constants: { Clock: { hour: 3 } },
    });
    expect(await authorizer.can(1, 'read', 1)).toBe(true);
  });
});
