import { describe, expect, it, vi } from 'vitest';
import { Authorizer, type Decision } from '../index.js';
import { Authorizer as NodeAuthorizer } from '../node/index.js';
import { loadCandidate } from '../candidate/index.js';

const reads = 'allow("ann", "read", "minutes"); allow_field("ann", "read", "minutes", "text");';
const writes = 'allow("ann", "write", "minutes");';

describe('a pinned policy', () => {
  it('decides all checks by the policy that was loaded when it was taken, also after a reload', async () => {
    const authorizer = await Authorizer.load({ policies: reads, version: '1' });
    const policy = authorizer.pinned();
    await authorizer.reload(writes, { version: '2' });
    expect(await policy.can('ann', 'read', 'minutes')).toBe(true);
    expect(policy.canSync('ann', 'write', 'minutes')).toBe(false);
    expect(await policy.actions('ann', 'minutes')).toEqual(new Set(['read']));
    expect(await policy.fields('ann', 'read', 'minutes')).toEqual(new Set(['text']));
    await expect(policy.authorize('ann', 'write', 'minutes')).rejects.toMatchObject({ status: 403 });
    expect(await policy.as('ann').can('read', 'minutes')).toBe(true);
    expect(policy.policy.hasRule('allow_field')).toBe(true);
    expect(policy.policy.grants('write')).toBe(false);
    expect(policy.policy.version).toBe('1');
    expect(await authorizer.can('ann', 'write', 'minutes')).toBe(true);
    expect(authorizer.policy.version).toBe('2');
  });

  it('keeps its identity until the authorizer loads another policy', async () => {
    const authorizer = await Authorizer.load({ policies: reads });
    const first = authorizer.pinned();
    expect(authorizer.pinned()).toBe(first);
    expect(first.pinned()).toBe(first);
    await authorizer.reload(writes);
    const second = authorizer.pinned();
    expect(second).not.toBe(first);
    expect(second.policy).toBe(authorizer.policy);
    expect(first.policy).not.toBe(authorizer.policy);
    expect(first.pinned()).toBe(first);
  });

  it('records its decisions with its own version', async () => {
    const decisions: Decision[] = [];
    const onDecision = (decision: Decision): void => void decisions.push(decision);
    const authorizer = await Authorizer.load({ policies: reads, version: '1', onDecision });
    const policy = authorizer.pinned();
    await authorizer.reload(writes, { version: '2' });
    await policy.can('ann', 'read', 'minutes');
    await authorizer.can('ann', 'write', 'minutes');
    expect(decisions.map(({ policyVersion }) => policyVersion)).toEqual(['1', '2']);
  });

  it('keeps deciding as before when a candidate is promoted', async () => {
    const authorizer = await Authorizer.load({ policies: reads });
    const before = authorizer.pinned();
    const candidate = await loadCandidate(authorizer, writes);
    const during = authorizer.pinned();
    expect(during.policy).toBe(before.policy);
    await candidate.promote();
    expect(authorizer.policy).not.toBe(before.policy);
    const answers = async (of: Authorizer) => [
      await of.can('ann', 'read', 'minutes'),
      await of.can('ann', 'write', 'minutes'),
    ];
    expect(await answers(before)).toEqual([true, false]);
    expect(await answers(during)).toEqual([true, false]);
    expect(await answers(authorizer.pinned())).toEqual([false, true]);
  });

  it('cannot load another policy', async () => {
    const authorizer = await Authorizer.load({ policies: reads });
    const policy = authorizer.pinned();
    await expect(policy.reload(writes)).rejects.toMatchObject({ code: 'POLAR_LOAD_PINNED' });
    await expect(loadCandidate(policy, writes)).rejects.toMatchObject({ code: 'POLAR_LOAD_PINNED' });
    expect(await policy.can('ann', 'read', 'minutes')).toBe(true);
  });

  it('calls a method that the application has replaced in the authorizer', async () => {
    const authorizer = await Authorizer.load({ policies: reads });
    const policy = authorizer.pinned();
    const spy = vi.spyOn(authorizer, 'can').mockResolvedValue(false);
    expect(await policy.can('ann', 'read', 'minutes')).toBe(false);
    spy.mockRestore();
    expect(await policy.can('ann', 'read', 'minutes')).toBe(true);
  });

  it('has the class of the authorizer', async () => {
    const policy = (await NodeAuthorizer.load({ policies: reads })).pinned();
    expect(policy).toBeInstanceOf(NodeAuthorizer);
    expect(await policy.can('ann', 'read', 'minutes')).toBe(true);
  });
});
