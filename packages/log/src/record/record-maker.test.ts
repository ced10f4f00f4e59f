import { Authorizer, secret, typed, type AuthorizerOptions, type CheckContext } from '@nanook/core';
import { describe, expect, it } from 'vitest';
import type { DecisionLogOptions } from '../queue/decision-log.js';
import { logged, MemorySink } from '../testing/sinks.fixture.js';
import type { DecisionRecord } from './decision-record.js';
import { maskPaths } from './mask.js';

// cspell:ignore iban

const policy = {
  name: 'policy.polar',
  source: `allow(actor, action, resource) if may(actor, action, resource);
may(user: User, "pay", invoice: Invoice) if user.id = invoice.ownerId;
may(_: User, "audit", invoice: Invoice) if invoice.missing.deep = 1;
allow_field(_: User, "read", _: Invoice, "total");
allow_request(_: User, _);`,
};
const load: Partial<AuthorizerOptions> = {
  policies: policy,
  version: '1.4.0',
  types: { User: {}, Invoice: { key: 'number' } },
  clock: () => new Date('2026-01-31T09:30:00.123Z'),
};
const ann = typed('User', { id: 7, name: 'Ann', email: 'ann@example.org' });
const invoice = typed('Invoice', { number: 'R-1', ownerId: 7, iban: 'DE00' });

async function recordsOf(
  check: (authorizer: Authorizer) => unknown,
  options: Partial<DecisionLogOptions> = {},
  own: Partial<AuthorizerOptions> = {},
): Promise<{ records: readonly DecisionRecord[]; messages: string[]; policyHash: string }> {
  const sink = new MemorySink();
  const { log, authorizer, errors } = await logged({ sinks: [sink], ...options }, { ...load, ...own });
  await Promise.resolve(check(authorizer)).catch(() => {});
  await log.flush();
  return {
    records: sink.records,
    messages: errors.map(({ message }) => message),
    policyHash: authorizer.policy.hash,
  };
}

const pay = (authorizer: Authorizer): unknown => authorizer.can(ann, 'pay', invoice);

describe('a record', () => {
  it('contains for an allowed check the ids, the rule with its place, the proof and the policy', async () => {
    const { records, policyHash } = await recordsOf(pay);
    expect(JSON.parse(JSON.stringify(records))).toEqual([
      {
        schema: 1,
        id: expect.stringMatching(
          /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
        ) as string,
        at: '2026-01-31T09:30:00.123Z',
        durationMs: expect.any(Number) as number,
        kind: 'allow',
        outcome: 'allowed',
        actor: { type: 'User', id: '7' },
        action: 'pay',
        resource: { type: 'Invoice', id: 'R-1' },
        rule: {
          name: 'may',
          text: 'may(user: User, "pay", invoice: Invoice) if user.id = invoice.ownerId;',
          file: 'policy.polar',
          line: 2,
          column: 1,
        },
        proof: ['allow policy.polar:1', 'may policy.polar:2'],
        policy: policyHash,
        policyVersion: '1.4.0',
        engine: 'source',
      },
    ]);
  });

  it('contains the names of the facts of a question, and not their arguments', async () => {
    const facts = [['may', ann, 'burn', invoice]] as const;
    const { records } = await recordsOf((a) => a.can(ann, 'burn', invoice, { facts }));
    expect(records).toMatchObject([{ outcome: 'allowed', action: 'burn', facts: ['may'] }]);
    const { records: others } = await recordsOf(pay);
    expect(JSON.stringify(others)).not.toContain('facts');
  });

  it('contains the reason of a denied check', async () => {
    const { records } = await recordsOf((a) => a.can(ann, 'burn', invoice));
    expect(records).toMatchObject([
      { outcome: 'denied', reason: 'no rule for "burn" on Invoice matched', action: 'burn', rule: undefined },
    ]);
  });

  it('contains the code and the reason of the error of an undecided check', async () => {
    const { records } = await recordsOf((a) => a.can(ann, 'audit', invoice));
    expect(records).toMatchObject([{ outcome: 'undecided', errorCode: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' }]);
    expect(records[0]!.reason).toContain('missing');
    expect(records[0]!.reason).not.toContain('\n');
  });

  it('contains the field of a check of a field', async () => {
    const { records } = await recordsOf((a) => a.authorizeField(ann, 'read', invoice, 'total'));
    expect(records).toMatchObject([{ kind: 'allow_field', field: 'total', outcome: 'allowed' }]);
  });

  it('contains the method of a request, and its path without the query', async () => {
    const request = { method: 'GET', url: '/invoices?token=secret' };
    const { records } = await recordsOf((a) => a.authorizeRequest(ann, request));
    expect(records).toMatchObject([
      { kind: 'allow_request', action: null, resource: { id: 'GET /invoices' } },
    ]);
    expect(JSON.stringify(records)).not.toContain('secret');
  });

  it('contains the whole path of a request in a mounted router', async () => {
    const request = {
      method: 'GET',
      originalUrl: '/invoices/7?key=secret',
      path: '/7',
      url: '/7?key=secret',
    };
    const { records } = await recordsOf((a) => a.authorizeRequest(ann, request));
    expect(records[0]?.resource?.id).toBe('GET /invoices/7');
  });

  it('has the time of the system if the clock returns a time that no store has', async () => {
    const times = [new Date(''), new Date(8.64e15), new Date(-8.64e15), 5, undefined];
    for (const time of times) {
      // oxlint-disable-next-line no-await-in-loop -- one clock after the other
      const { records } = await recordsOf(pay, {}, { clock: () => time as Date });
      expect(Math.abs(Date.parse(records[0]!.at) - Date.now())).toBeLessThan(60_000);
      expect(records[0]!.at).toMatch(/^\d{4}-/);
    }
  });

  it('has null for an anonymous actor, and the type of a resource that is created', async () => {
    const { records } = await recordsOf((a) => a.can(null, 'create', a.type('Invoice')));
    expect(JSON.parse(JSON.stringify(records))).toMatchObject([
      { actor: null, resource: { type: 'Invoice' } },
    ]);
  });

  it('contains the context of the check', async () => {
    const context: CheckContext = {
      requestId: 'r1',
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      tenant: 't',
    };
    const { records } = await recordsOf((a) => a.can(ann, 'pay', invoice, { context }));
    expect(records).toMatchObject([context]);
  });

  it('prefers the active trace to the context', async () => {
    const context: CheckContext = { requestId: 'r1', traceId: 'a'.repeat(32) };
    const trace = () => ({ traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) });
    const { records } = await recordsOf((a) => a.can(ann, 'pay', invoice, { context }), { trace });
    expect(records).toMatchObject([{ requestId: 'r1', ...trace() }]);
  });

  it('contains no data of the objects but their ids', async () => {
    const { records } = await recordsOf(async (a) => {
      await a.can(ann, 'pay', invoice);
      await a.can(ann, 'burn', invoice);
    });
    for (const secret of ['Ann', 'example.org', 'DE00'])
      expect(JSON.stringify(records)).not.toContain(secret);
  });
});

describe('texts of a record', () => {
  const contextOf = async (context: object, options: Partial<DecisionLogOptions> = {}) => {
    const check = (a: Authorizer) => a.can(ann, 'pay', invoice, { context });
    const [record] = (await recordsOf(check, options)).records;
    const { requestId, traceId, spanId, tenant } = record!;
    return { requestId, traceId, spanId, tenant };
  };

  it('come from numbers, because many loggers and databases count', async () => {
    expect(await contextOf({ requestId: 17, traceId: 5n, tenant: 3 })).toEqual({
      requestId: '17',
      traceId: '5',
      tenant: '3',
    });
    expect(await contextOf({}, { tenant: () => 4 as never })).toEqual({ tenant: '4' });
  });

  it('leave out values that are no texts, which a store could refuse forever', async () => {
    const cycle: object[] = [];
    cycle.push(cycle);
    expect(
      await contextOf({ requestId: cycle, traceId: { big: 1n }, spanId: Symbol('x'), tenant: true }),
    ).toEqual({});
  });

  it('have no characters that a database refuses', async () => {
    const texts = { requestId: 'r\0', traceId: 't\0', spanId: '\ud83d', tenant: '\0' };
    const expected = { requestId: 'r\ufffd', traceId: 't\ufffd', spanId: '\ufffd', tenant: '\ufffd' };
    expect(await contextOf(texts)).toEqual(expected);
  });

  it('include the code of an error', async () => {
    const own = {
      get missing(): never {
        throw Object.assign(new Error('no row'), { code: 'E\0' });
      },
    };
    const { records } = await recordsOf((a) => a.can(ann, 'audit', typed('Invoice', own)));
    expect(JSON.stringify(records)).not.toContain('\\u0000');
  });
});

describe('identify', () => {
  it('returns keys of any type, which the record has as texts', async () => {
    const idOf = async (id: unknown) => {
      const identify = () => ({ type: 'User', id: id as string });
      return (await recordsOf(pay, { identify })).records[0]?.actor;
    };
    expect(await idOf(7n)).toEqual({ type: 'User', id: '7' });
    expect(await idOf(['de', '7'])).toEqual({ type: 'User', id: '["de","7"]' });
    expect(await idOf(null)).toEqual({ type: 'User' });
  });

  it('replaces the identity, and its data is copied', async () => {
    const tags = ['a'];
    const identify = (value: unknown, part: 'actor' | 'resource') =>
      part === 'actor' ? { type: 'User', id: (value as { id: string }).id, tags } : undefined;
    const { records } = await recordsOf(pay, { identify });
    tags.push('later');
    expect(records).toMatchObject([
      { actor: { type: 'User', id: '7', tags: ['a'] }, resource: { type: 'Invoice', id: 'R-1' } },
    ]);
  });

  it('leads to one report when it throws, and the default identity is logged', async () => {
    const identify = (): never => {
      throw new Error('no session');
    };
    const check = async (a: Authorizer) => {
      await pay(a);
      await pay(a);
    };
    const { records, messages } = await recordsOf(check, { identify });
    expect(records).toMatchObject([{ actor: { id: '7' } }, { actor: { id: '7' } }]);
    expect(messages).toEqual([
      'the function `identify` of the decision log threw an error, so a record lacks its result: no session',
    ]);
  });
});

describe('mask', () => {
  const identify = (value: unknown, part: 'actor' | 'resource') =>
    part === 'actor' ? { type: 'User', id: '7', contact: { email: (value as typeof ann).email } } : undefined;

  it('hides values at paths', async () => {
    const mask = maskPaths(['**.email', 'resource.id', 'reason', 'tenant']);
    const { records } = await recordsOf((a) => a.can(ann, 'burn', invoice), {
      identify,
      mask,
      tenant: () => 'acme',
    });
    expect(records).toMatchObject([
      {
        actor: { type: 'User', id: '7', contact: { email: '***' } },
        resource: { type: 'Invoice', id: '***' },
        tenant: '***',
        reason: '***',
      },
    ]);
  });

  it.each(['action', 'field'])('of the %s also hides it in the reason', async (name) => {
    const check = (a: Authorizer) => a.authorizeField(ann, 'burn', invoice, 'price');
    const { records } = await recordsOf(check, { mask: maskPaths([name]) });
    expect(records.at(-1)).toMatchObject({ kind: 'allow_field', [name]: '***', reason: '***' });
    expect(JSON.stringify(records)).not.toContain(name === 'action' ? 'burn' : 'price');
  });

  it('hides every value when it throws, which is reported', async () => {
    const mask = (): never => {
      throw new Error('broken');
    };
    const { records, messages } = await recordsOf(pay, { identify, mask });
    expect(JSON.stringify(records)).not.toContain('example.org');
    expect(records).toMatchObject([{ actor: { id: '***' }, action: '***' }]);
    expect(messages).toHaveLength(1);
  });

  it('hides the same values in an explanation', async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(user: User, "read", _) if user.email = "bob@example.org";',
      types: { User: {} },
      denialWarnings: false,
    });
    const explanation = await authorizer.explain(ann, 'read', 1, { mask: maskPaths(['**.email']) });
    expect(JSON.stringify(explanation)).not.toContain('ann@example.org');
    expect(JSON.stringify(explanation)).toContain('***');
  });
});

describe('maskPaths', () => {
  it.each([
    ['actor.email', 'actor.email', true],
    ['actor.email', 'resource.email', false],
    ['actor.email', 'actor.emails', false],
    ['actor', 'actor.email', true],
    ['actor', 'actors.email', false],
    ['*.email', 'actor.email', true],
    ['*.email', 'actor.contact.email', false],
    ['**.email', 'actor.contact.email', true],
    ['**.email', 'email', true],
    ['**.email', 'emails', false],
    ['actor.**', 'actor.a.b', true],
    ['actor.**.id', 'actor.a.b.id', true],
    ['actor.**.id', 'actor.id', true],
    ['**.pin', 'actor..pin', true],
    ['actor.*.pin', 'actor..pin', true],
    ['a+b', 'aab', false],
    ['a+b', 'a+b', true],
  ])('%s and %s: %s', (path, name, isHidden) => {
    expect(maskPaths([path])(name, 1)).toBe(isHidden ? '***' : undefined);
  });

  it('contains no value of a secret field, in the identity, in the reason and in the default id', async () => {
    const source = 'allow(user: User, "pay", _: Invoice) if user.email < 3;';
    const types = {
      User: { key: 'email', fields: { email: secret('String'), name: 'String' } },
      Invoice: { key: 'number' },
    } as const;
    const identify = (value: unknown, part: string) =>
      part === 'actor' ? { type: 'User', ...(value as object) } : undefined;
    const own = { policies: source, types };
    const known = typed('User', { name: 'Ann', email: 'ann@example.org' });
    const check = (a: Authorizer) => a.can(known, 'pay', invoice);
    const [identified, plain] = [await recordsOf(check, { identify }, own), await recordsOf(check, {}, own)];
    expect(identified.records).toMatchObject([
      {
        outcome: 'undecided',
        actor: { type: 'User', name: 'Ann', email: '***' },
        errorCode: 'POLAR_UNDECIDED_ORDER',
        reason: 'the data cannot decide a condition (policy:1)',
      },
    ]);
    expect(plain.records).toMatchObject([{ actor: { type: 'User', id: undefined } }]);
    expect(JSON.stringify([identified.records, plain.records])).not.toContain('ann@');
  });

  it('contains the fields of one decision about several, also masked', async () => {
    const check = (a: Authorizer) => a.filterFields(ann, 'read', invoice, ['total', 'iban', 'number']);
    const { records } = await recordsOf(check);
    expect(records).toMatchObject([
      {
        kind: 'allow_field',
        outcome: 'allowed',
        fields: { allowed: ['total'], denied: ['iban', 'number'], undecided: [] },
      },
    ]);
    expect(records[0]).not.toHaveProperty('field', expect.anything());
    const mask = (path: string, value: unknown) => (path === 'field' && value === 'iban' ? '***' : undefined);
    const masked = await recordsOf(check, { mask });
    expect(masked.records).toMatchObject([
      { fields: { allowed: ['total'], denied: ['***', 'number'], undecided: [] } },
    ]);
  });
});
