import { describe, expect, it } from 'vitest';
import { Authorizer, typed } from '../index.js';

const policy = {
  name: 'policy.polar',
  source: `allow(user: User, "read", note: Note) if owns(user, note) or shared(user, note);
allow(_: User, "list", note: Note) if note.slow = 1;
owns(user: User, note: Note) if note.ownerId = user.id;
shared(user: User, note: Note) if share in note.shares and share = user.id;
never(_);`,
};
const load = (decisions: unknown[] = []) =>
  Authorizer.load({
    policies: policy,
    types: { User: {}, Note: {} },
    onWarning: () => {},
    onDecision: (decision) => void decisions.push(decision),
  });
const user = typed('User', { id: 1 });
const own = typed('Note', { ownerId: 1, shares: [] });
const shared = typed('Note', { ownerId: 2, shares: [4, 3, 1] });

describe('profile()', () => {
  it('counts how often each rule was entered and how many steps it took, the same in each run', async () => {
    const authorizer = await load();
    const checks = [
      { actor: user, action: 'read', resource: own },
      { actor: user, action: 'read', resource: shared },
      { actor: user, action: 'edit', resource: shared },
    ];
    const counts = async () => {
      const { rules, ...profile } = await authorizer.profile(checks);
      expect(rules.reduce((sum, { steps }) => sum + steps, 0)).toBeLessThanOrEqual(profile.steps);
      return {
        checks: profile.checks,
        failed: profile.failed,
        rules: rules
          .map(({ name, line, entered, steps }) => ({ name, line, entered, steps }))
          .sort((a, b) => a.line - b.line),
      };
    };
    const first = await counts();
    expect(first).toMatchObject({
      checks: 3,
      failed: 0,
      rules: [
        { name: 'allow', line: 1, entered: 2 },
        { name: 'owns', line: 3, entered: 2 },
        { name: 'shared', line: 4, entered: 1 },
      ],
    });
    expect(await counts()).toEqual(first);
  });

  it('puts the rule first that waits longest, and separates waiting from computing', async () => {
    const slow = typed('Note', { slow: new Promise((resolve) => setTimeout(resolve, 60, 1)) });
    const { rules, waitMs } = await (await load()).profile([{ actor: user, action: 'list', resource: slow }]);
    expect(rules[0]).toMatchObject({ name: 'allow', line: 2, entered: 1 });
    expect(rules[0]!.waitMs).toBeGreaterThan(30);
    expect(rules[0]!.ms).toBeLessThan(rules[0]!.waitMs);
    expect(waitMs).toBe(rules[0]!.waitMs);
  });

  it('counts undecided checks and errors of the application as failed, and records no decision', async () => {
    const decisions: unknown[] = [];
    const broken = typed('Note', {
      get slow(): never {
        throw new Error('broken');
      },
    });
    const checks = [broken, typed('Note', {})].map((resource) => ({ actor: user, action: 'list', resource }));
    const { failed, checks: count } = await (await load(decisions)).profile(checks);
    expect([count, failed, decisions.length]).toEqual([2, 2, 0]);
  });

  it('reads checks one after the other, and ends when its signal is aborted', async () => {
    const controller = new AbortController();
    async function* endless() {
      for (let i = 0; ; i++) {
        if (i === 3) controller.abort();
        yield { actor: user, action: 'read', resource: own };
      }
    }
    const running = (await load()).profile(endless(), { signal: controller.signal });
    await expect(running).rejects.toMatchObject({ code: 'POLAR_RUN_ABORTED' });
  });

  it.each([[undefined], [null], [5], ['ab'], [{}], [[null]], [['read']]])(
    'throws for %j, which is not a list of checks',
    async (checks) => {
      await expect((await load()).profile(checks as never)).rejects.toMatchObject({
        code: 'POLAR_TYPE_INVALID_ARGUMENT',
        message: expect.stringContaining('such as { actor, action, resource }'),
      });
    },
  );
});
