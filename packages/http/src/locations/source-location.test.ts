import { expect, it } from 'vitest';
import { locationOf } from './source-location.js';

class Somewhere {
  method(this: void) {}
}

it('names the file of a function, of a class and of a method', () => {
  for (const value of [() => 1, Somewhere, Somewhere.prototype.method])
    expect(locationOf(value)).toMatch(/source-location\.test\.ts:\d+$/);
});

it('tells nothing of what was not written in a file', () => {
  expect(locationOf({})).toBeUndefined();
  expect(locationOf(Math.max)).toBeUndefined();
});

it('leaves nothing behind', () => {
  const before = Reflect.ownKeys(globalThis);
  locationOf(() => 2);
  expect(Reflect.ownKeys(globalThis)).toEqual(before);
});
