import { describe, expect, it } from 'vitest';
import { Authorizer, type Decision } from '../index.js';

const reads = 'allow("ann", "read", "minutes");';
const writes = 'allow("ann", "write", "minutes");';

async function loaded(version?: string) {
  const decisions: Decision[] = [];
  const authorizer = await Authorizer.load({
    policies: reads,
    ...(version === undefined ? {} : { version }),
    onDecision: (decision) => decisions.push(decision),
  });
  return { authorizer, decisions };
}

describe('the version of a policy', () => {
  it.each(['auto', 'machine'] as const)(
    'is part of each decision of the engine %s, next to the content hash',
    async (engine) => {
      const decisions: Decision[] = [];
      const authorizer = await Authorizer.load({
        policies: reads,
        version: '1.0.0',
        engine,
        onDecision: (decision) => decisions.push(decision),
      });
      await authorizer.can('ann', 'read', 'minutes');
      authorizer.canSync('ann', 'write', 'minutes');
      await authorizer.can('ann', Promise.resolve('read') as never, 'minutes');
      const policy = authorizer.policy.hash;
      expect(policy).toMatch(/^[0-9a-f]{64}$/);
      expect(decisions).toMatchObject(Array(3).fill({ policy, policyVersion: '1.0.0' }));
    },
  );

  it('has no label when neither load nor reload gives one', async () => {
    const { authorizer, decisions } = await loaded();
    await authorizer.can('ann', 'read', 'minutes');
    expect(authorizer.policy.version).toBeUndefined();
    expect(decisions[0]).toHaveProperty('policyVersion', undefined);
  });

  it('changes with the policy when a reload names another version', async () => {
    const { authorizer, decisions } = await loaded('1.0.0');
    const first = authorizer.policy.hash;
    await authorizer.reload(writes, { version: '1.1.0' });
    await authorizer.can('ann', 'write', 'minutes');
    expect(authorizer.policy.version).toBe('1.1.0');
    expect(authorizer.policy.hash).not.toBe(first);
    expect(decisions.at(-1)).toMatchObject({ policy: authorizer.policy.hash, policyVersion: '1.1.0' });
  });

  it('does not pass to another policy when a reload names no version', async () => {
    const { authorizer } = await loaded('1.0.0');
    await authorizer.reload(writes);
    expect(authorizer.policy.version).toBeUndefined();
  });

  it('stays when the same texts are loaded again, unless the reload names another version', async () => {
    const { authorizer, decisions } = await loaded('1.0.0');
    await authorizer.reload();
    expect(authorizer.policy.version).toBe('1.0.0');
    await authorizer.reload(reads, { version: '1.0.1' });
    await authorizer.can('ann', 'read', 'minutes');
    expect(decisions.at(-1)).toMatchObject({ policyVersion: '1.0.1' });
  });

  it('stays when a reload fails', async () => {
    const { authorizer } = await loaded('1.0.0');
    await expect(authorizer.reload('allow("ann"', { version: '2.0.0' })).rejects.toThrow(
      'expected `,` or `)`',
    );
    expect(authorizer.policy.version).toBe('1.0.0');
  });

  it.each(['', 2, null])('must be a text that is not empty: %j is refused', async (version) => {
    const invalid = { code: 'POLAR_TYPE_INVALID_OPTION' };
    await expect(Authorizer.load({ policies: reads, version: version as string })).rejects.toMatchObject(
      invalid,
    );
    const { authorizer } = await loaded('1.0.0');
    await expect(authorizer.reload(writes, { version: version as string })).rejects.toMatchObject(invalid);
    expect(authorizer.policy.version).toBe('1.0.0');
  });
});
