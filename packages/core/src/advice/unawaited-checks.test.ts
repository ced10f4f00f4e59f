import { describe, expect, it } from 'vitest';
import { Authorizer, type AuthorizerOptions } from '../index.js';

class Slow {
  get isPublic() {
    return Promise.resolve(false);
  }
}

async function load(options: Partial<AuthorizerOptions> = {}) {
  const messages: string[] = [];
  const authorizer = await Authorizer.load({
    policies: 'allow(_, "read", row) if row.isPublic; allow(_, "write", row) if row.isOpen;',
    onWarning: ({ message }) => messages.push(message),
    ...options,
  });
  return { authorizer, messages };
}

const later = () => new Promise((resolve) => setTimeout(resolve, 400));
const row = { isPublic: false, isOpen: true };
const warning =
  'can(actor, "read", …) was denied, but its promise was not awaited; a promise is always true in a condition: write `if (await authorizer.can(…))`';

describe('a denied can() that is not awaited', () => {
  it.each<[string, Partial<AuthorizerOptions>, object]>([
    ['compiled', {}, row],
    ['of the machine', { engine: 'machine' }, row],
    ['with onDecision', { onDecision: () => {} }, row],
    ['that waits for a promise', { types: { Slow } }, new Slow()],
  ])('gets one warning: %s', async (_name, options, resource) => {
    const { authorizer, messages } = await load(options);
    // The compiler refuses a promise as a condition; JavaScript does not.
    const isAllowed: unknown = authorizer.can(null, 'read', resource);
    const can: unknown = authorizer.as(null).can('read', resource);
    expect(Boolean(isAllowed && can)).toBe(true);
    await later();
    expect(messages).toEqual([warning]);
  });

  it('a can() that is awaited, used with then, or allowed causes no warning', async () => {
    const { authorizer, messages } = await load();
    expect(await authorizer.can(null, 'read', row)).toBe(false);
    const both = [authorizer.can(null, 'read', row), authorizer.can(null, 'read', {})];
    expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    void authorizer.can(null, 'read', row).then(() => {});
    void authorizer.can(null, 'write', row);
    await later();
    expect(messages).toEqual([]);
  });

  it('an unawaited can() causes no warning with denialWarnings: false', async () => {
    const { authorizer, messages } = await load({ denialWarnings: false });
    void authorizer.can(null, 'read', row);
    await later();
    expect(messages).toEqual([]);
  });

  it('a watched can() rejects with the error of the check', async () => {
    const { authorizer } = await load({ engine: 'machine' });
    await expect(authorizer.can(null, 'read', {})).rejects.toMatchObject({
      code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE',
    });
  });
});
