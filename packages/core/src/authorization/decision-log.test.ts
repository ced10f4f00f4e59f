import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorizer, type AuthorizerOptions, type Decision } from '../index.js';

const load = (options: Partial<AuthorizerOptions>) =>
  Authorizer.load({ policies: 'allow(_, "read", _);', denialWarnings: false, ...options });

const full = new Error('the audit log is full');
const throwing = (): never => {
  throw full;
};
const rejecting = () => Promise.reject(full);

/** Every kind of check of an authorizer. */
const checks: [string, (authorizer: Authorizer) => unknown][] = [
  ['can', (a) => a.can(1, 'read', 3)],
  ['canSync', (a) => a.canSync(1, 'read', 3)],
  ['a denied can()', (a) => a.can(1, 'write', 3)],
  ['authorize', (a) => a.authorize(1, 'read', 3)],
  ['canAll', (a) => a.canAll(1, 'read', [1, 2])],
  ['filter', (a) => a.filter(1, 'read', [1, 2])],
];

afterEach(() => void vi.restoreAllMocks());

describe('onDecision', () => {
  it.each(checks)('does not slow down %s, however long its promise takes', async (_name, check) => {
    const onDecision = vi.fn<() => Promise<void>>(() => new Promise(() => {}));
    await check(await load({ onDecision }));
    expect(onDecision).toHaveBeenCalled();
  });

  it.each(['machine', 'source', 'closures'] as const)(
    'receives the decisions of engine %s',
    async (engine) => {
      const seen: string[] = [];
      const authorizer = await load({ engine, onDecision: ({ outcome }) => seen.push(outcome) });
      await authorizer.can(1, 'read', 3);
      await authorizer.can(1, 'write', 3);
      expect(seen).toEqual(['allowed', 'denied']);
    },
  );

  it.each(checks)(
    'does not change the result of %s when it fails, and its error is reported',
    async (_name, check) => {
      for (const onDecision of [throwing, rejecting]) {
        const errors: [unknown, Decision][] = [];
        const onDecisionError = (error: unknown, decision: Decision) => void errors.push([error, decision]);
        const authorizer = await load({ onDecision, onDecisionError });
        await check(authorizer);
        await authorizer.flush();
        expect(errors[0]).toEqual([full, expect.objectContaining({ kind: 'allow', actor: 1 })]);
      }
    },
  );

  it('writes its errors to the console without onDecisionError, without the objects', async () => {
    const written = vi.spyOn(console, 'error').mockImplementation(() => {});
    const authorizer = await load({ onDecision: rejecting });
    expect(await authorizer.can({ password: 'x' }, 'read', {})).toBe(true);
    await authorizer.flush();
    expect(written.mock.calls).toEqual([
      ['[error] onDecision failed, so the decision `allow "read"` (allowed) may not be recorded:', full],
    ]);
  });

  it('fails the check when onDecisionError throws at once', async () => {
    const authorizer = await load({ onDecision: throwing, onDecisionError: throwing });
    await expect(authorizer.can(1, 'read', 3)).rejects.toBe(full);
    expect(() => authorizer.canSync(1, 'read', 3)).toThrow(full);
  });
});

describe("decisionLog: 'required'", () => {
  it.each(checks.filter(([name]) => name !== 'canSync'))(
    'makes %s wait for the record, and reject with its error',
    async (_name, check) => {
      const finish: (() => void)[] = [];
      const waiting = await load({
        decisionLog: 'required',
        onDecision: () => new Promise<void>((resolve) => finish.push(resolve)),
      });
      let isDone = false;
      const checked = Promise.resolve(check(waiting)).then(() => (isDone = true));
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(isDone).toBe(false);
      for (const resolve of finish) resolve();
      await checked;

      for (const onDecision of [throwing, rejecting]) {
        const failing = await load({ decisionLog: 'required', onDecision });
        await expect(check(failing)).rejects.toBe(full);
      }
    },
  );

  it('makes canSync() throw the error of onDecision, and throw for a promise', async () => {
    const failing = await load({ decisionLog: 'required', onDecision: throwing });
    expect(() => failing.canSync(1, 'read', 3)).toThrow(full);
    const asynchronous = await load({ decisionLog: 'required', onDecision: rejecting });
    expect(() => asynchronous.canSync(1, 'read', 3)).toThrow(
      expect.objectContaining({ code: 'POLAR_RUN_PROMISE_IN_SYNC' }) as Error,
    );
  });
});

describe('flush', () => {
  it('waits for the pending promises of onDecision', async () => {
    let finish = (): void => {};
    const authorizer = await load({ onDecision: () => new Promise<void>((resolve) => (finish = resolve)) });
    await authorizer.can(1, 'read', 3);
    let isFlushed = false;
    const flushed = authorizer.flush().then(() => (isFlushed = true));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isFlushed).toBe(false);
    finish();
    await flushed;
  });

  it('returns without onDecision', async () => {
    await (await load({})).flush();
  });
});

describe('filterFields()', () => {
  it.each([undefined, null, 5, 'text', {}])(
    'throws when the fields are %j and not a list',
    async (fields) => {
      const authorizer = await Authorizer.load({ policies: 'allow_field(_, "read", _, "text");' });
      await expect(authorizer.filterFields('ann', 'read', {}, fields as never)).rejects.toMatchObject({
        code: 'POLAR_TYPE_NOT_A_LIST',
        message: expect.stringMatching(
          /expects a list, found .*; pass a list of fields, such as \['title'\]/,
        ),
      });
    },
  );

  const policies = `
    allow_field(_, "read", _, "id");
    allow_field(user, "read", note, "text") if note.owner = user;
    allow_field(_, "read", note, "size") if note.missing.size = 1;
    allow_field(_, "burn", note, _) if note.fail();
  `;
  class Note {
    constructor(readonly owner: string) {}
    fail(): never {
      throw new Error('broken');
    }
  }
  const load = async (options: Partial<AuthorizerOptions> = {}) => {
    const decisions: Decision[] = [];
    const onDecision = (decision: Decision) => void decisions.push(decision);
    const authorizer = await Authorizer.load({
      policies,
      types: { Note },
      onWarning: () => {},
      onDecision,
      ...options,
    });
    return { authorizer, decisions };
  };
  const fields = ['id', 'text', 'size', 'secret'];

  it('returns the allowed fields, and records one decision with the rules of all of them', async () => {
    const { authorizer, decisions } = await load();
    const context = { requestId: 'r-1' };
    const note = new Note('ann');
    expect(await authorizer.filterFields('ann', 'read', note, fields, { context })).toEqual(
      new Set(['id', 'text']),
    );
    expect(decisions).toMatchObject([
      {
        kind: 'allow_field',
        outcome: 'allowed',
        actor: 'ann',
        action: 'read',
        resource: note,
        field: undefined,
        fields: { allowed: ['id', 'text'], denied: ['secret'], undecided: ['size'] },
        proof: [{ line: 2 }, { line: 3 }],
        rule: { line: 2 },
        reason: undefined,
      },
    ]);
    expect(decisions[0]!.context).toBe(context);
  });

  it('records that no field was allowed, that none was decided, and the error of a check', async () => {
    const { authorizer, decisions } = await load({ engine: 'machine', decisionDuration: true });
    const note = new Note('ann');
    expect(await authorizer.filterFields('bob', 'read', note, ['text', 'secret'])).toEqual(new Set());
    expect(await authorizer.filterFields('bob', 'read', note, ['size', 'secret'])).toEqual(new Set());
    await expect(authorizer.filterFields('bob', 'burn', note, fields)).rejects.toThrow('broken');
    expect(await authorizer.filterFields('bob', 'read', note, [])).toEqual(new Set());
    expect(decisions).toMatchObject([
      {
        outcome: 'denied',
        reason: 'no rule of allow_field for "read" on any of 2 fields of Note matched',
        proof: [],
      },
      { outcome: 'undecided', errorCode: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' },
      { outcome: 'error', errorCode: 'POLAR_RUN_HOST_ERROR' },
    ]);
    expect(decisions).toHaveLength(3);
    expect(decisions[0]!.durationMs).toBeGreaterThan(0);
  });

  it('waits for the record with decisionLog: required, and rejects when the log fails', async () => {
    const { authorizer } = await load({
      decisionLog: 'required',
      onDecision: () => Promise.reject(new Error('the store is full')),
    });
    await expect(authorizer.filterFields('ann', 'read', new Note('ann'), fields)).rejects.toThrow(
      'the store is full',
    );
  });
});
