import { describe, expect, it } from 'vitest';
import { EngineUnderTest } from '../engine/fixtures/engines.fixture.js';
import { DeferredPolicy } from './deferred-policy.js';

const compile = () => new EngineUnderTest('source', 'allow("ann", "read", "note");').compiled;

/** Waits until the compiler would be loaded. */
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('a policy whose compiler is loaded on demand', () => {
  it('leaves checks to the machine until the compiler is loaded after some checks', async () => {
    let loads = 0;
    const load = async () => {
      loads++;
      return compile();
    };
    const policy = new DeferredPolicy('source', load, 3);
    expect([policy.allow('ann', 'read', 'note'), policy.check('allow', 3, 'ann', 'read', 'note')]).toEqual([
      undefined,
      undefined,
    ]);
    await settle();
    expect(loads).toBe(0);
    expect(policy.allow('ann', 'read', 'note')).toBeUndefined();
    await settle();
    expect(loads).toBe(1);
    expect(policy.allow('ann', 'read', 'note')).toBe(true);
    expect(policy.allow('bob', 'read', 'note')).toBe(false);
    expect(policy.compiled).toBeDefined();
  });

  it('lets the machine run a check that may await promises', async () => {
    const policy = new DeferredPolicy('source', async () => compile(), 1);
    const check = {
      rule: 'allow',
      arity: 3,
      args: ['ann', 'read', 'note'],
      own: undefined,
      decided: (holds: boolean) => holds,
      machine: async () => false,
    } as const;
    await expect(policy.checkAsync(check)).resolves.toBe(false);
    await settle();
    await expect(policy.checkAsync(check)).resolves.toBe(true);
  });

  it('tries again after more checks if the compiler cannot be loaded', async () => {
    let loads = 0;
    const load = async () => {
      if (++loads === 1) throw new Error('offline');
      return compile();
    };
    const policy = new DeferredPolicy('source', load, 2);
    const check = () => policy.allow('ann', 'read', 'note');
    expect([check(), check()]).toEqual([undefined, undefined]);
    await settle();
    expect(check()).toBeUndefined();
    expect(check()).toBeUndefined();
    await settle();
    expect([loads, check()]).toEqual([2, true]);
  });

  it('compiles at once for `ready`, which `warmUp` calls', async () => {
    const policy = new DeferredPolicy('source', async () => compile(), 100);
    await policy.ready();
    expect(policy.allow('ann', 'read', 'note')).toBe(true);
  });
});
