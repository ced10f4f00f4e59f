import { describe, expect, it } from 'vitest';
import { Authorizer } from '../index.js';

class Door {
  opened = 0;
  isOpen(): boolean {
    this.opened++;
    return true;
  }
}
class Gate {
  next = true;
  /** Another one each time. */
  get isOpen(): () => boolean {
    const { next } = this;
    this.next = !next;
    return () => next;
  }
}

const policies = 'allow(_, "open", door) if door.isOpen(); allow(_, "house", _) if House.isOpen();';
const load = (House: unknown) =>
  Authorizer.load({ policies, types: { Door, Gate }, constants: { House }, engine: 'machine' });

describe('a method that was called before', () => {
  it('calls the method on every receiver', async () => {
    const authorizer = await load(new Door());
    const doors = [new Door(), new Door(), new Door()];
    for (const door of doors) expect(authorizer.canSync(1, 'open', door)).toBe(true);
    expect(doors.map(({ opened }) => opened)).toEqual([1, 1, 1]);
  });

  it('does not call a method of the class on an instance that replaces it', async () => {
    const authorizer = await load(new Door());
    expect(authorizer.canSync(1, 'open', new Door())).toBe(true);
    const shut = Object.assign(new Door(), { isOpen: () => false });
    expect(authorizer.canSync(1, 'open', shut)).toBe(false);
    expect(authorizer.canSync(1, 'open', new Door())).toBe(true);
  });

  it('runs a getter that returns the method for each call', async () => {
    const authorizer = await load(new Door());
    const gate = new Gate();
    const answers = [1, 2, 3].map(() => authorizer.canSync(1, 'open', gate));
    expect(answers).toEqual([true, false, true]);
  });

  it('refuses the method on a receiver that is not registered', async () => {
    const isOpen = () => true;
    const authorizer = await load({ isOpen });
    expect(authorizer.canSync(1, 'house', 1)).toBe(true);
    for (const stranger of [
      { isOpen },
      new (class Other {
        isOpen = isOpen;
      })(),
    ])
      expect(() => authorizer.canSync(1, 'open', stranger)).toThrow(
        expect.objectContaining({ code: 'POLAR_RUN_UNREGISTERED_METHOD' }),
      );
  });
});
