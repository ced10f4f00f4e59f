import { describe, expect, it } from 'vitest';
import { Authorizer, typed, type AuthorizerOptions, type Decision } from '../index.js';
import { loadCandidate, type CandidateOptions } from './index.js';
import { placeOf } from './roll-out.js';

const reads = 'allow(_, "read", _);';
const writes = 'allow(_, "write", _);';
const load = (options: Partial<AuthorizerOptions> = {}) =>
  Authorizer.load({ policies: reads, version: '1', denialWarnings: false, ...options });
const ids = Array.from({ length: 2_000 }, (_, id) => id);

/** Returns the ids for which the candidate decides. */
async function served(authorizer: Authorizer): Promise<number[]> {
  const answers = await Promise.all(ids.map((id) => authorizer.can(id, 'write', 'doc')));
  return ids.filter((id) => answers[id]);
}

describe('promote', () => {
  it('replaces the policy as a whole, with its version', async () => {
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes, { version: '2' });
    expect(authorizer.policy.version).toBe('1');
    const pending = authorizer.can(Promise.resolve('ann'), 'read', 'doc');
    await candidate.promote();
    expect(await pending).toBe(true);
    expect(authorizer.policy).toMatchObject({ version: '2', hash: candidate.hash });
    expect(await authorizer.can('ann', 'write', 'doc')).toBe(true);
    expect(await authorizer.can('ann', 'read', 'doc')).toBe(false);
  });

  it('ends the candidate: nothing is compared afterward, and it cannot be used again', async () => {
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes);
    await candidate.promote();
    await authorizer.can('ann', 'write', 'doc');
    await candidate.flush();
    expect(candidate.counts).toMatchObject({ same: 0, different: 0 });
    const ended = { code: 'POLAR_LOAD_CANDIDATE_ENDED' };
    await expect(candidate.promote()).rejects.toMatchObject(ended);
    expect(() => candidate.rollOut(5)).toThrow('the candidate policy was promoted');
    candidate.discard();
    expect(await authorizer.can('ann', 'write', 'doc')).toBe(true);
  });

  it('wins over a reload that was requested before, and loses to one that was requested after', async () => {
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes, { version: '2' });
    const before = authorizer.reload('allow(_, "before", _);', { version: 'before' });
    await candidate.promote();
    await before;
    expect(authorizer.policy.version).toBe('2');
    const next = await loadCandidate(authorizer, reads, { version: '3' });
    const promoted = next.promote();
    await authorizer.reload('allow(_, "after", _);', { version: 'after' });
    await promoted;
    expect(authorizer.policy.version).toBe('after');
  });
});

describe('discard', () => {
  it('keeps the policy in use', async () => {
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes);
    candidate.rollOut(100);
    expect(await authorizer.can('ann', 'write', 'doc')).toBe(true);
    candidate.discard();
    expect(await authorizer.can('ann', 'write', 'doc')).toBe(false);
    expect(authorizer.policy.version).toBe('1');
    await expect(candidate.promote()).rejects.toMatchObject({ data: { end: 'discarded' } });
  });
});

describe('loadCandidate', () => {
  it('refuses a second candidate until the first has ended', async () => {
    const authorizer = await load();
    const [first, second] = await Promise.allSettled([
      loadCandidate(authorizer, writes, { version: '2' }),
      loadCandidate(authorizer, writes, { version: '3' }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { code: 'POLAR_LOAD_CANDIDATE_EXISTS', data: { policy: '2' } } });
    if (first.status === 'fulfilled') first.value.discard();
    await expect(loadCandidate(authorizer, writes)).resolves.toBeDefined();
  });

  it('reports the errors of the policy, and changes nothing', async () => {
    const authorizer = await load();
    await expect(loadCandidate(authorizer, 'allow(')).rejects.toThrow('expected');
    expect(await authorizer.can('ann', 'read', 'doc')).toBe(true);
    await expect(loadCandidate(authorizer, writes)).resolves.toBeDefined();
  });

  it.each([
    { sample: 1.5 },
    { sample: Number.NaN },
    { maxPending: -1 },
    { methods: 'never' },
    { onDifference: 'log' },
    { limits: { maxStep: 1 } },
    { percent: 5 },
  ])('refuses the invalid options %j', async (options) => {
    const authorizer = await load();
    await expect(loadCandidate(authorizer, writes, options as CandidateOptions)).rejects.toMatchObject({
      code: 'POLAR_TYPE_INVALID_OPTION',
    });
    // Nothing of it stays.
    await expect(loadCandidate(authorizer, writes)).resolves.toBeDefined();
  });

  it('stays next to a policy that a reload replaces', async () => {
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes);
    candidate.rollOut(100);
    await authorizer.reload('allow(_, "list", _);');
    expect(await authorizer.can('ann', 'write', 'doc')).toBe(true);
    candidate.rollOut(0);
    expect(await authorizer.can('ann', 'list', 'doc')).toBe(true);
  });
});

describe('rollOut', () => {
  it('lets the candidate decide for the percentage of the actors, and keeps them when it grows', async () => {
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes);
    expect(await served(authorizer)).toEqual([]);
    candidate.rollOut(10);
    const few = await served(authorizer);
    expect(few.length / ids.length).toBeCloseTo(0.1, 1);
    candidate.rollOut(50);
    const half = await served(authorizer);
    expect(half.length / ids.length).toBeCloseTo(0.5, 1);
    expect(half).toEqual(expect.arrayContaining(few));
    candidate.rollOut(100);
    expect(await served(authorizer)).toEqual(ids);
    candidate.rollOut(0);
    expect(await served(authorizer)).toEqual([]);
  });

  it('selects the same actors in another process, and others with another seed', async () => {
    const select = async (seed?: string): Promise<number[]> => {
      const authorizer = await load();
      const candidate = await loadCandidate(authorizer, writes, seed === undefined ? {} : { seed });
      candidate.rollOut(20);
      return served(authorizer);
    };
    const first = await select();
    expect(await select()).toEqual(first);
    expect(await select('other')).not.toEqual(first);
  });

  it('records decisions with the policy that decided', async () => {
    const decisions: Decision[] = [];
    const authorizer = await load({ onDecision: (decision) => decisions.push(decision) });
    const candidate = await loadCandidate(authorizer, reads + writes, { version: '2' });
    candidate.rollOut(50);
    for (const id of ids) await authorizer.can(id, 'read', 'doc');
    const versions = decisions.map(({ policyVersion }) => policyVersion);
    expect(new Set(versions)).toEqual(new Set(['1', '2']));
    for (const { actor, policyVersion } of decisions)
      expect(policyVersion).toBe(placeOf(String(actor)) < 0.5 ? '2' : '1');
  });

  it('uses one policy for all questions about an actor', async () => {
    const types = {
      User: { fields: { id: 'Integer' } },
      Note: { fields: { id: 'Integer', ownerId: 'Integer' } },
    } as const;
    const authorizer = await load({
      types,
      policies: 'allow(_: User, "read", _: Note); allow_field(_: User, "read", _: Note, "id");',
    });
    const candidate = await loadCandidate(
      authorizer,
      'allow(u: User, "write", n: Note) if n.ownerId = u.id; allow_field(_: User, "read", _: Note, "ownerId"); allow_request(_, _);',
    );
    const user = typed('User', { id: 1 });
    const note = typed('Note', { id: 1, ownerId: 1 });
    const questions = async () => ({
      allowed: await authorizer.can(Promise.resolve(user), 'write', note),
      some: await authorizer.canAll(Promise.resolve(user), 'write', [note]),
      kept: await authorizer.filter(user, 'write', [note]),
      named: [...(await authorizer.filterFields(Promise.resolve(user), 'read', note, ['id', 'ownerId']))],
      what: (await authorizer.whatCan(Promise.resolve(user), note)).allowed,
      who: (await authorizer.whoCan('write', note, [user])).allowed.length,
      sync: authorizer.canSync(user, 'write', note),
      actions: [...(await authorizer.actions(user, note))],
      fields: [...(await authorizer.fields(user, 'read', note))],
      filter: (await authorizer.where(user, 'write', 'Note')).filter.kind,
      rules: (await authorizer.explainWhere(user, 'write', 'Note')).rules.length,
      explained: (await authorizer.explain(user, 'write', note)).outcome,
      refusal: await authorizer
        .authorize(user, 'other', note)
        .catch((error: { status: number }) => error.status),
      refusalExplained: await authorizer.authorize(user, 'write', note, { explain: true }).then(
        () => 200,
        (error: { status: number }) => error.status,
      ),
    });
    const old = await questions();
    expect(old).toMatchObject({
      allowed: false,
      some: [false],
      kept: [],
      named: ['id'],
      what: ['read'],
      who: 0,
      sync: false,
      actions: ['read'],
      fields: ['id'],
      filter: 'never',
      rules: 0,
      explained: 'denied',
      refusal: 403,
      refusalExplained: 403,
    });
    candidate.rollOut(100);
    expect(await questions()).toEqual({
      allowed: true,
      some: [true],
      kept: [note],
      named: ['ownerId'],
      what: ['write'],
      who: 1,
      sync: true,
      actions: ['write'],
      fields: ['ownerId'],
      filter: expect.not.stringMatching('never') as string,
      rules: 1,
      explained: 'allowed',
      refusal: 404,
      refusalExplained: 200,
    });
  });

  it('lets the candidate decide which undecided actions `whatCan` lists', async () => {
    const authorizer = await load({ types: { Note: { fields: { size: 'Integer' } } } });
    const candidate = await loadCandidate(authorizer, 'allow(_, "resize", note: Note) if note.size > 1;');
    candidate.rollOut(100);
    const { undecided } = await authorizer.whatCan('ann', typed('Note', { size: 'big' }));
    expect(undecided.map(({ action }) => action)).toEqual(['resize']);
  });

  it('lets the candidate decide a call without a resource', async () => {
    const authorizer = await load({ policies: 'type allow(actor, action); allow(_, "read");' });
    const candidate = await loadCandidate(authorizer, 'type allow(actor, action); allow(_, "write");');
    candidate.rollOut(100);
    const isAllowed = authorizer.can.bind(authorizer) as (...args: unknown[]) => Promise<boolean>;
    expect(await isAllowed(Promise.resolve('ann'), 'write')).toBe(true);
    expect(await isAllowed('ann', 'read')).toBe(false);
  });

  it.each([null, undefined, {}, { id: {} }, { id: null }])(
    'keeps the policy in use for an actor without an identity: %j',
    async (actor) => {
      const authorizer = await load();
      const candidate = await loadCandidate(authorizer, writes);
      candidate.rollOut(100);
      expect(await authorizer.can(actor, 'write', 'doc')).toBe(false);
      expect(await authorizer.can(actor, 'read', 'doc')).toBe(true);
    },
  );

  it('identifies actors by the declared key, and by the option `identify`', async () => {
    const types = { Member: { key: ['org', 'name'] } };
    const member = typed('Member', { org: 'acme', name: 'ann' });
    const declared = await load({ types });
    (await loadCandidate(declared, writes)).rollOut(100);
    expect(await declared.can(member, 'write', 'doc')).toBe(true);
    const chosen = await load({ types });
    const candidate = await loadCandidate(chosen, writes, {
      identify: (actor) => (actor as { org?: string }).org,
    });
    candidate.rollOut(placeOf('acme') * 100 + 0.001);
    expect(await chosen.can(member, 'write', 'doc')).toBe(true);
    candidate.rollOut(placeOf('acme') * 100);
    expect(await chosen.can(member, 'write', 'doc')).toBe(false);
  });

  it('keeps the policy in use, and reports the error, when `identify` throws', async () => {
    const errors: unknown[] = [];
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes, {
      identify: () => {
        throw new Error('no identity');
      },
      onError: (error) => errors.push(error),
    });
    candidate.rollOut(100);
    expect(await authorizer.can('ann', 'read', 'doc')).toBe(true);
    expect(errors.map(String)).toEqual(['Error: no identity']);
  });

  it.each([-1, 101, Number.NaN, '5'])('refuses %j as a percentage', async (percent) => {
    const candidate = await loadCandidate(await load(), writes);
    expect(() => candidate.rollOut(percent as number)).toThrow('must be a number from 0 to 100');
    expect(candidate.percent).toBe(0);
  });

  it.each([
    ['a promise', () => Promise.reject(new Error('no session'))],
    ['an object', () => ({})],
  ])('keeps the policy in use, and reports it once, when `identify` returns %s', async (_, identify) => {
    const errors: unknown[] = [];
    const authorizer = await load();
    const candidate = await loadCandidate(authorizer, writes, {
      identify: identify as unknown as () => string,
      onError: (error) => errors.push(error),
    });
    candidate.rollOut(100);
    expect(await authorizer.can('ann', 'write', 'doc')).toBe(false);
    expect(await authorizer.can('ann', 'read', 'doc')).toBe(true);
    expect(errors).toMatchObject([{ code: 'POLAR_TYPE_INVALID_OPTION' }]);
  });

  it('awaits an actor that is lazy only once', async () => {
    let starts = 0;
    class ActorQuery {
      // oxlint-disable-next-line unicorn/no-thenable -- a query builder
      then(resolve: (actor: string) => void) {
        starts++;
        resolve('ann');
      }
    }
    const lazy = new ActorQuery();
    const authorizer = await load();
    (await loadCandidate(authorizer, writes, { sample: 0 })).rollOut(100);
    expect(await authorizer.can(lazy, 'write', 'doc')).toBe(true);
    expect(starts).toBe(1);
  });

  it('reports the rejection of an actor as without a candidate', async () => {
    const authorizer = await load();
    const rejected = () => authorizer.can(Promise.reject(new Error('no session')), 'read', 'doc');
    const before = await rejected().catch((error: unknown) => error);
    (await loadCandidate(authorizer, writes)).rollOut(100);
    const during = await rejected().catch((error: unknown) => error);
    expect(during).toEqual(before);
  });
});

describe('the place of an actor', () => {
  // FNV-1a over the bytes (low byte of each code unit first) with the final mix of MurmurHash3, computed in Python.
  it.each([
    ['', 2_872_998_923],
    ['1', 1_514_053_472],
    ['ann', 4_167_177_806],
    ['é', 2_705_881_783],
  ])('of %j is the same in every version', (text, place) => {
    expect(placeOf(text)).toBe(place / 2 ** 32);
  });
});
