import { describe, expect, it } from 'vitest';
import { Authorizer } from '../../../index.js';

class Member {
  reads = 0;
  readonly #name: unknown;
  constructor(
    name: unknown,
    readonly team: unknown,
  ) {
    this.#name = name;
    Object.defineProperty(this, 'name', { get: () => this.#read(), enumerable: true });
  }
  #read(): unknown {
    this.reads++;
    return this.#name;
  }
}

const policies = 'allow(name, team, members) if m in members and m.name = name and m.team = team;';

async function ask(members: readonly unknown[], team: unknown = 'a', text = policies): Promise<boolean> {
  const authorizer = await Authorizer.load({ policies: text, types: { Member }, engine: 'machine' });
  return authorizer.can('x', team as string, members);
}

describe('elements of an array', () => {
  it('skips an element that fails a test, and finds one that passes all', async () => {
    const [team, other] = [{}, new Member('x', 'a')];
    const members = [
      new Member('y', 'a'),
      new Member('x', 'b'),
      new Member('x', team),
      new Member('x', other),
    ];
    expect(await ask(members)).toBe(false);
    expect(await ask(members, 'b')).toBe(true);
    expect(await ask(members, other)).toBe(true);
    expect(await ask(members, new Member('x', 'a'))).toBe(false);
  });

  it('reads an attribute of an element once', async () => {
    const members = ['y', 'x', Promise.resolve('x'), Promise.resolve('y')].map(
      (name) => new Member(name, 'b'),
    );
    expect(await ask(members)).toBe(false);
    expect(members.map(({ reads }) => reads)).toEqual([1, 1, 1, 1]);
  });

  it('reports an undecided element unless another one grants', async () => {
    const members = [{ team: 'a' }, null, new Member('y', 'a')];
    await expect(ask(members)).rejects.toMatchObject({ code: 'POLAR_UNDECIDED_MISSING_ATTRIBUTE' });
    expect(await ask([...members, new Member('x', 'a')])).toBe(true);
  });

  it('awaits elements that are promises or have promises', async () => {
    const member = new Member(Promise.resolve('x'), Promise.resolve('a'));
    expect(await ask([new Member('y', 'a'), Promise.resolve(member)])).toBe(true);
    expect(await ask([new Member('x', 'b'), member])).toBe(true);
  });

  it('leaves elements to a test that binds a variable', async () => {
    const text = 'allow(_, name, members) if m in members and m.name = n and m.team = n and n = name;';
    expect(await ask([new Member('a', 'b'), new Member('c', 'c')], 'c', text)).toBe(true);
    expect(await ask([new Member('a', 'b'), new Member('c', 'c')], 'a', text)).toBe(false);
  });

  it('counts each element as a step', async () => {
    const members = Array.from({ length: 100 }, () => new Member('y', 'b'));
    const authorizer = await Authorizer.load({ policies, engine: 'machine', limits: { maxSteps: 50 } });
    await expect(authorizer.can('x', 'a', members)).rejects.toMatchObject({
      code: 'POLAR_RUN_STEP_LIMIT',
    });
  });
});
