import { describe, expect, it, vi } from 'vitest';
import { Authorizer, isPolarError, typed } from '../index.js';
import { compareWith, type AnswerDifference, type IsAllowed } from './index.js';

const policy = `
  allow(user: User, "read", note: Note) if note.ownerId = user.id;
  allow(user: User, "edit", note: Note) if note.limit > user.id;`;
const load = () =>
  Authorizer.load({ policies: policy, types: { User: {}, Note: {} }, denialWarnings: false });
const ann = typed('User', { id: 1 });
const mine = typed('Note', { id: 7, ownerId: 1 });
const theirs = typed('Note', { id: 8, ownerId: 2 });
/** Another library, whose rule is that everybody reads every note. */
const reads: IsAllowed = (_actor, action) => action === 'read';

describe('compareWith', () => {
  it('answers with the other side, and reports the checks that Nanook decides differently', async () => {
    const differences: AnswerDifference[] = [];
    const compared = compareWith(await load(), reads, {
      onDifference: (difference) => differences.push(difference),
    });
    expect(await compared.can(ann, 'read', mine)).toBe(true);
    expect(await compared.can(ann, 'read', theirs)).toBe(true);
    await compared.flush();
    expect(compared.counts).toEqual({ same: 1, different: 1, onlyNanook: 0, onlyOther: 1 });
    expect(differences).toMatchObject([
      {
        actor: ann,
        action: 'read',
        resource: theirs,
        nanook: { outcome: 'denied' },
        other: { outcome: 'allowed' },
      },
    ]);
    expect(await differences[0]!.explain()).toMatchObject({ outcome: 'denied' });
  });

  it('answers with Nanook if the option says so', async () => {
    const compared = compareWith(await load(), reads, { answer: 'nanook' });
    expect(await compared.can(ann, 'read', theirs)).toBe(false);
  });

  it('calls the method isAllowed of an object with the object as `this`', async () => {
    class Other {
      readonly answer = true;
      async isAllowed(): Promise<boolean> {
        return this.answer;
      }
    }
    expect(await compareWith(await load(), new Other()).can(ann, 'read', theirs)).toBe(true);
  });

  it('throws the error of the side that answers, and counts an error of the other side as an outcome', async () => {
    const broken: IsAllowed = () => {
      throw new Error('no connection');
    };
    const answering = compareWith(await load(), broken);
    await expect(answering.can(ann, 'read', mine)).rejects.toThrow('no connection');
    const silent = compareWith(await load(), broken, { answer: 'nanook' });
    expect(await silent.can(ann, 'read', mine)).toBe(true);
    await silent.flush();
    expect(silent.counts).toMatchObject({ different: 1, onlyNanook: 1 });
  });

  it('reports a check that Nanook cannot decide as a difference', async () => {
    const onDifference = vi.fn<(difference: AnswerDifference) => void>();
    const compared = compareWith(await load(), () => false, { onDifference });
    expect(await compared.can(ann, 'edit', mine)).toBe(false);
    await compared.flush();
    expect(onDifference).toHaveBeenCalledWith(
      expect.objectContaining({ nanook: expect.objectContaining({ outcome: 'undecided' }) }),
    );
  });

  it('does not wait for the side that does not answer', async () => {
    const never: IsAllowed = () => new Promise<boolean>(() => {});
    const compared = compareWith(await load(), never, { answer: 'nanook' });
    expect(await compared.can(ann, 'read', mine)).toBe(true);
    expect(compared.counts.same).toBe(0);
  });

  it('awaits a promise or a query builder as resource once for both sides', async () => {
    let started = 0;
    // oxlint-disable-next-line unicorn/no-thenable -- as query builders are
    const query = { then: (resolve: (note: unknown) => void) => (started++, resolve(mine)) };
    const compared = compareWith(await load(), (_actor, _action, resource) => resource === mine);
    expect(await compared.can(ann, 'read', query)).toBe(true);
    expect(started).toBe(1);
  });

  it('refuses an answer that is not a boolean', async () => {
    const compared = compareWith(await load(), (() => 'yes') as unknown as IsAllowed);
    await expect(compared.can(ann, 'read', mine)).rejects.toSatisfy(
      (error) => isPolarError(error) && error.code === 'POLAR_TYPE_INVALID_OPTION',
    );
  });

  it('refuses an answer that is not a boolean also for a check outside of the sample', async () => {
    const denies = (() => 'denied') as unknown as IsAllowed;
    const compared = compareWith(await load(), denies, { sample: 0 });
    await expect(compared.can(ann, 'read', mine)).rejects.toSatisfy(
      (error) => isPolarError(error) && error.code === 'POLAR_TYPE_INVALID_OPTION',
    );
  });

  it('waits in flush for checks that nobody awaits and for promises of onDifference', async () => {
    const outcomes: string[] = [];
    const compared = compareWith(await load(), reads, {
      onDifference: async ({ explain }) => outcomes.push((await explain()).outcome),
    });
    void compared.can(ann, 'read', theirs);
    await compared.flush();
    expect(outcomes).toEqual(['denied']);
  });

  it('ends flush after a check whose resource rejects', async () => {
    const compared = compareWith(await load(), reads);
    const failed = compared.can(ann, 'read', Promise.reject(new Error('no connection')));
    await compared.flush();
    await expect(failed).rejects.toThrow('no connection');
  });

  it('explains a difference with the limits of the check, and without its signal', async () => {
    const authorizer = await load();
    const explain = vi.spyOn(authorizer, 'explain');
    const differences: AnswerDifference[] = [];
    const compared = compareWith(authorizer, reads, {
      onDifference: (difference) => differences.push(difference),
    });
    const limits = { timeoutMs: 5000 };
    const options = { limits, signal: new AbortController().signal };
    await compared.can(ann, 'read', theirs, options);
    await compared.flush();
    await differences[0]!.explain();
    expect(explain).toHaveBeenCalledWith(ann, 'read', theirs, { limits });
  });

  it('reports an error of onDifference to onError', async () => {
    const onError = vi.fn<(error: unknown) => void>();
    const onDifference = async (): Promise<never> => {
      throw new Error('log is full');
    };
    const compared = compareWith(await load(), reads, { onDifference, onError });
    await compared.can(ann, 'read', theirs);
    await compared.flush();
    await vi.waitFor(() => expect(onError).toHaveBeenCalledWith(new Error('log is full')));
  });

  it.each([
    [{ answer: 'both' }, "'nanook' or 'other'"],
    [{ sample: 2 }, 'sample'],
    [{ onDiff: () => {} }, 'onDifference'],
  ])('refuses the options %j', async (options, named) => {
    const authorizer = await load();
    expect(() => compareWith(authorizer, reads, options as never)).toThrow(named);
  });

  it.each([undefined, {}, 'oso'])('refuses %j as the other side', async (other) => {
    const authorizer = await load();
    expect(() => compareWith(authorizer, other as never)).toThrow('must be a function, or an object');
  });

  it('compares only the sampled part of the checks', async () => {
    const compared = compareWith(await load(), reads, { sample: 0 });
    expect(await compared.can(ann, 'read', theirs)).toBe(true);
    expect(compared.counts).toMatchObject({ same: 0, different: 0 });
  });
});
