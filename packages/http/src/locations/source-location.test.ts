import { expect, it } from 'vitest';
import { locationOf } from './source-location.js';

class Somewhere {
  method(this: void) {}
}

it('locationOf() returns the file and line of a function, a class and a method', () => {
  for (const value of [() => 1, Somewhere, Somewhere.prototype.method])
    expect(locationOf(value)).toMatch(/source-location\.test\.ts:\d+$/);
});

it('locationOf() returns undefined for a function that is not defined in a file', () => {
  expect(locationOf({})).toBeUndefined();
  expect(locationOf(Math.max)).toBeUndefined();
});

it('locationOf() leaves no property on the global object', () => {
  const before = Reflect.ownKeys(globalThis);
  locationOf(() => 2);
  expect(Reflect.ownKeys(globalThis)).toEqual(before);
});
