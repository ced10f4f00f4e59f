import { afterEach, describe, expect, it, vi } from 'vitest';
import { Authorizer, type AuthorizerOptions, type Decision } from '../index.js';
import { loadCandidate, type CandidateOptions, type DecisionDifference } from './index.js';

class User {
  constructor(readonly id: number) {}
}
class Note {
  calls = 0;
  constructor(
    readonly id: number,
    public ownerId: number,
  ) {}
  isOpen(): boolean {
    this.calls++;
    return true;
  }
  get isOwned(): boolean {
    this.calls++;
    return true;
  }
}
const types = { User: { class: User, key: 'id' }, Note: { class: Note, key: 'id' } };
const owners = 'allow(user: User, "read", note: Note) if note.ownerId = user.id;';
const everyone = 'allow(_: User, "read", _: Note);';
const ann = new User(1);

async function compared(
  candidatePolicy: string,
  options: CandidateOptions = {},
  loadOptions: Partial<AuthorizerOptions> = {},
) {
  const authorizer = await Authorizer.load({
    policies: owners,
    types,
    denialWarnings: false,
    ...loadOptions,
  });
  const differences: DecisionDifference[] = [];
  const candidate = await loadCandidate(authorizer, candidatePolicy, {
    onDifference: (difference) => differences.push(difference),
    ...options,
  });
  return { authorizer, candidate, differences };
}

const none = {
  same: 0,
  different: 0,
  newlyAllowed: 0,
  newlyRefused: 0,
  changed: 0,
  skipped: 0,
  dropped: 0,
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a candidate next to the policy in use', () => {
  it('decides the same checks, and changes no answer', async () => {
    const { authorizer, candidate } = await compared(everyone);
    expect(await authorizer.can(ann, 'read', new Note(1, 1))).toBe(true);
    expect(await authorizer.can(ann, 'read', new Note(2, 2))).toBe(false);
    expect(authorizer.canSync(ann, 'read', new Note(3, 3))).toBe(false);
    await expect(authorizer.authorize(ann, 'read', new Note(4, 4))).rejects.toThrow('Not found');
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, same: 1, different: 3, newlyAllowed: 3 });
  });

  it('reports each difference with the reasons of both policies', async () => {
    const { authorizer, candidate, differences } = await compared(
      'allow(user: User, "read", note: Note) if note.ownerId = user.id and note.id = 7;',
      { version: '2' },
      { version: '1' },
    );
    const note = new Note(1, 1);
    await authorizer.can(ann, 'read', note);
    await candidate.flush();
    expect(differences).toMatchObject([
      {
        kind: 'allow',
        actor: ann,
        action: 'read',
        resource: note,
        field: undefined,
        before: { policy: authorizer.policy.hash, policyVersion: '1', outcome: 'allowed' },
        after: { policy: candidate.hash, policyVersion: '2', outcome: 'denied' },
      },
    ]);
    const [{ before, after }] = differences as [DecisionDifference];
    expect(before.explanation?.proof).toMatchObject([{ name: 'allow', line: 1 }]);
    expect(after.explanation?.misses[0]?.failure).toMatchObject({
      text: 'note.id = 7',
      reason: '1 is not 7',
    });
  });

  it('compares fields and requests, too', async () => {
    const rules = `${owners} allow_field(_, "read", _, "title"); allow_request(_, _);`;
    const { authorizer, candidate, differences } = await compared(
      `${owners} allow_field(_, "read", _, "text"); allow_request(_, _) if false;`,
      {},
      { policies: rules },
    );
    const note = new Note(1, 1);
    await authorizer.authorizeField(ann, 'read', note, 'title');
    await authorizer.authorizeRequest(ann, '/notes');
    await candidate.flush();
    expect(differences).toMatchObject([
      { kind: 'allow_field', action: 'read', resource: note, field: 'title' },
      { kind: 'allow_request', action: undefined, resource: '/notes', field: undefined },
    ]);
  });

  it('compares the checks of a refusal with its explanation, too', async () => {
    const { authorizer, candidate } = await compared(everyone);
    await expect(authorizer.authorize(ann, 'read', new Note(7, 2), { explain: true })).rejects.toHaveProperty(
      'status',
      404,
    );
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, different: 1, newlyAllowed: 1 });
  });

  it('still reports whom the candidate lets in, when it decides for the actor', async () => {
    const { authorizer, candidate, differences } = await compared(everyone, { version: 'next' });
    candidate.rollOut(100);
    expect(await authorizer.can(ann, 'read', new Note(7, 2))).toBe(true);
    expect(authorizer.canSync(ann, 'read', new Note(7, 2))).toBe(true);
    expect(await authorizer.can(ann, 'read', new Note(8, 1))).toBe(true);
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, same: 1, different: 2, newlyAllowed: 2 });
    expect(differences.map(({ before, after }) => [before.outcome, after.outcome])).toEqual([
      ['denied', 'allowed'],
      ['denied', 'allowed'],
    ]);
    expect(differences[0]).toMatchObject({
      before: { policyVersion: undefined, explanation: { outcome: 'denied' } },
      after: { policyVersion: 'next', explanation: { outcome: 'allowed' } },
    });
  });

  it('reports an error of the candidate as such, when it decides for the actor', async () => {
    const { authorizer, candidate, differences } = await compared(
      'allow(_: User, "read", note: Note) if note.missing();',
    );
    candidate.rollOut(100);
    await expect(authorizer.can(ann, 'read', new Note(7, 1))).rejects.toThrow('missing');
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, different: 1, newlyRefused: 1 });
    expect(differences[0]?.after.error).toBeInstanceOf(Error);
  });

  it('decides after the answer, and records no decision', async () => {
    const order: string[] = [];
    const decisions: Decision[] = [];
    const { authorizer, candidate } = await compared(
      'allow(_, _, _) if Log.note("candidate");',
      {},
      {
        constants: { Log: { note: (text: string) => order.push(text) > 0 } },
        onDecision: (decision) => decisions.push(decision),
      },
    );
    await authorizer.can(ann, 'read', new Note(1, 1));
    order.push('answer');
    await candidate.flush();
    expect(order[0]).toBe('answer');
    expect(order).toContain('candidate');
    expect(decisions).toMatchObject([{ policy: authorizer.policy.hash }]);
  });

  it('prints nothing for the candidate', async () => {
    const printed: string[] = [];
    const { authorizer, candidate } = await compared(
      `allow(_, _, _) if print("candidate");`,
      {},
      { print: (text) => printed.push(text) },
    );
    await authorizer.can(ann, 'read', new Note(1, 2));
    await candidate.flush();
    expect(candidate.counts.different).toBe(1);
    expect(printed).toEqual([]);
  });

  it('keeps the answers and the rejections of a candidate that throws', async () => {
    const { authorizer, candidate, differences } = await compared(
      'allow(_, _, _) if Broken.check();',
      {},
      {
        constants: {
          Broken: {
            check() {
              throw new Error('broken');
            },
          },
        },
      },
    );
    expect(await authorizer.can(ann, 'read', new Note(1, 1))).toBe(true);
    await candidate.flush();
    const [{ after }] = differences as [DecisionDifference];
    expect(after).toMatchObject({ outcome: 'error', explanation: undefined });
    expect(after.error).toMatchObject({ code: 'POLAR_RUN_HOST_ERROR' });
  });

  it.each([
    ['a recursion without an end', 'allow(a, b, c) if allow([a], b, c);'],
    ['a promise that never settles', 'allow(_, _, _) if Never.check();'],
    ['a list that never ends', 'allow(_, _, _) if x in Never.list() and x < 0;'],
  ])('ends a candidate that hangs: %s', async (_, policy) => {
    const Never = {
      check: () => new Promise<boolean>(() => {}),
      *list() {
        for (let i = 0; ; i++) yield i;
      },
    };
    const { authorizer, candidate, differences } = await compared(
      policy,
      { limits: { timeoutMs: 50 } },
      { constants: { Never } },
    );
    expect(await authorizer.can(ann, 'read', new Note(1, 1))).toBe(true);
    expect(authorizer.canSync(ann, 'read', new Note(2, 2))).toBe(false);
    await candidate.flush();
    expect(candidate.counts).toMatchObject({ different: 2, newlyRefused: 1 });
    const waited = differences.find(({ before }) => before.outcome === 'allowed');
    expect(waited?.after.error).toMatchObject({ code: expect.stringMatching(/LIMIT|TIMEOUT/) as string });
  });

  it('drops checks when too many wait', async () => {
    const { authorizer, candidate } = await compared(owners, { maxPending: 10 });
    for (let i = 0; i < 100; i++) authorizer.canSync(ann, 'read', new Note(i, 1));
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, same: 10, dropped: 90 });
  });

  it('compares only the sample', async () => {
    const random = vi.spyOn(Math, 'random');
    const { authorizer, candidate } = await compared(owners, { sample: 0.25 });
    for (const value of [0, 0.2, 0.25, 0.9]) {
      random.mockReturnValueOnce(value);
      authorizer.canSync(ann, 'read', new Note(1, 1));
    }
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, same: 2 });
  });

  it('tells data that changed from a difference', async () => {
    const { authorizer, candidate, differences } = await compared(owners);
    const note = new Note(1, 1);
    expect(await authorizer.can(ann, 'read', note)).toBe(true);
    note.ownerId = 2;
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, changed: 1 });
    expect(differences).toEqual([]);
  });

  it('treats an undecided check as a denial where the application does', async () => {
    const undecided = 'allow(_: User, "read", note: Note) if note.missing = 1;';
    const { authorizer, candidate } = await compared(undecided, {}, { undecided: 'deny' });
    await authorizer.can(ann, 'read', new Note(1, 2));
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, same: 1 });
    const strict = await compared(undecided);
    await strict.authorizer.can(ann, 'read', new Note(1, 2));
    await strict.candidate.flush();
    expect(strict.differences[0]?.after.outcome).toBe('undecided');
  });

  it('explains at most `maxDifferences` differences and counts the others', async () => {
    const { authorizer, candidate, differences } = await compared(everyone, { maxDifferences: 2 });
    for (let i = 0; i < 5; i++) await authorizer.can(ann, 'read', new Note(i, 2));
    await candidate.flush();
    expect(differences).toHaveLength(2);
    expect(candidate.counts.different).toBe(5);
  });

  it('passes the errors of `onDifference` to `onError`, and continues', async () => {
    const errors: unknown[] = [];
    let calls = 0;
    const { authorizer, candidate } = await compared(everyone, {
      onDifference: () => {
        if (++calls === 1) throw new Error('first');
        return Promise.reject(new Error('second'));
      },
      onError: (error) => errors.push(error),
    });
    for (let i = 0; i < 2; i++) await authorizer.can(ann, 'read', new Note(i, 2));
    await candidate.flush();
    expect(errors.map(String).sort()).toEqual(['Error: first', 'Error: second']);
  });

  it('reports that a synchronous check would meet a promise', async () => {
    const { authorizer, candidate, differences } = await compared(
      'allow(_, _, _) if Later.yes();',
      {},
      { constants: { Later: { yes: () => Promise.resolve(true) } } },
    );
    const note = new Note(1, 1);
    expect(authorizer.canSync(ann, 'read', note)).toBe(true);
    expect(await authorizer.can(ann, 'read', note)).toBe(true);
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, same: 1, different: 1, newlyRefused: 1 });
    expect(differences[0]?.after).toMatchObject({
      outcome: 'error',
      error: { code: 'POLAR_RUN_PROMISE_IN_SYNC' },
      explanation: undefined,
    });
  });

  it('does not wait for `onDifference`', async () => {
    const { authorizer, candidate } = await compared(everyone, {
      onDifference: () => new Promise(() => {}),
    });
    for (let i = 0; i < 50; i++) await authorizer.can(ann, 'read', new Note(i, 2));
    await candidate.flush();
    expect(candidate.counts.different).toBe(50);
  });

  it('leaves an error of the policy in use to the caller, also when the caller does not await it', async () => {
    const unhandled = vi.fn<() => void>();
    const { authorizer, candidate } = await compared(
      everyone,
      {},
      { limits: { maxSteps: 1 }, engine: 'machine' },
    );
    process.once('unhandledRejection', unhandled);
    void authorizer.can(ann, 'read', new Note(1, 1));
    await expect(authorizer.can(ann, 'read', new Note(1, 1))).rejects.toMatchObject({
      code: 'POLAR_RUN_STEP_LIMIT',
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await candidate.flush();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).toHaveBeenCalledTimes(1);
  });
});

describe('the comparison of policies that call methods', () => {
  const calling = `
    allow(user: User, "read", note: Note) if note.isOpen() and note.ownerId = user.id;
    allow(_: User, "list", note: Note) if note.isOwned;
    allow(_: User, "make", _: Note) if n = new Note(1, 1) and n.id = 1;`;

  it('calls the methods again', async () => {
    const { authorizer, candidate } = await compared(calling);
    const note = new Note(1, 1);
    await authorizer.can(ann, 'read', note);
    expect(note.calls).toBe(0);
    await candidate.flush();
    expect(note.calls).toBe(1);
  });

  it("calls no method, getter or constructor with `methods: 'skip'`", async () => {
    const make = vi.fn<() => void>();
    class Made extends Note {
      constructor(id: number, ownerId: number) {
        super(id, ownerId);
        make();
      }
    }
    const { authorizer, candidate } = await compared(
      calling.replace('new Note', 'new Made'),
      { methods: 'skip' },
      { types: { ...types, Made: { class: Made, key: 'id' } } },
    );
    const note = new Note(1, 1);
    for (const action of ['read', 'list', 'make']) await authorizer.can(ann, action, note);
    await candidate.flush();
    expect(note.calls).toBe(0);
    expect(make).not.toHaveBeenCalled();
    expect(candidate.counts).toEqual({ ...none, skipped: 3 });
  });

  it("calls the methods of built-in values and `Clock` with `methods: 'skip'`", async () => {
    const { authorizer, candidate } = await compared(
      'allow(_: User, "read", note: Note) if "read".startsWith("re") and note.ownerId.toString() = "2" and Clock.now().getTime() > 0;',
      { methods: 'skip' },
    );
    await authorizer.can(ann, 'read', new Note(1, 2));
    await candidate.flush();
    expect(candidate.counts).toEqual({ ...none, different: 1, newlyAllowed: 1 });
  });

  it('reports a difference without the reasons of a policy that would call a method', async () => {
    const { authorizer, candidate, differences } = await compared(
      everyone,
      { methods: 'skip' },
      { policies: calling },
    );
    const note = new Note(1, 2);
    await authorizer.can(ann, 'read', note);
    await candidate.flush();
    expect(note.calls).toBe(1);
    expect(differences).toMatchObject([
      { before: { outcome: 'denied', explanation: undefined }, after: { outcome: 'allowed' } },
    ]);
    expect(differences[0]?.after.explanation?.outcome).toBe('allowed');
  });

  it('does not start the query of a lazy argument again', async () => {
    const starts = vi.fn<() => void>();
    class NoteQuery {
      // oxlint-disable-next-line unicorn/no-thenable -- a query builder
      then(resolve: (note: Note) => void) {
        starts();
        resolve(new Note(1, 1));
      }
    }
    const lazy = new NoteQuery();
    const { authorizer, candidate } = await compared(everyone);
    const alone = await Authorizer.load({ policies: owners, types });
    expect(await alone.can(ann, 'read', lazy)).toBe(true);
    const { length: without } = starts.mock.calls;
    expect(await authorizer.can(ann, 'read', lazy)).toBe(true);
    await candidate.flush();
    expect(starts).toHaveBeenCalledTimes(2 * without);
    expect(candidate.counts).toEqual({ ...none, skipped: 1 });
  });
});
