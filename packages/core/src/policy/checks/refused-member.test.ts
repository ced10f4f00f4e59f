import { describe, expect, it } from 'vitest';
import { diagnose } from '../diagnose.fixture.js';

const code = 'POLAR_CHECK_REFUSED_MEMBER';

describe('refused-member', () => {
  it('reports names that lead to the internals of JavaScript, in rules and inline queries', () => {
    expect(diagnose`
      f(x, _: {__proto__: 1}) if x.constructor.prototype = 1 and x.("__proto__") = 1;
      g(x) if x.__defineGetter__("a", x) and x matches Integer{constructor: {isPrototypeOf: 1}};
      ?= [].constructor = 1;
    `).toEqual([
      { code, at: '1:10', data: { name: '__proto__' } },
      { code, at: '1:30', data: { name: 'constructor' } },
      { code, at: '1:42', data: { name: 'prototype' } },
      { code, at: '1:63', data: { name: '__proto__' } },
      { code, at: '2:11', data: { name: '__defineGetter__' } },
      { code, at: '2:58', data: { name: 'constructor' } },
      { code, at: '2:72', data: { name: 'isPrototypeOf' } },
      { code, at: '3:7', data: { name: 'constructor' } },
    ]);
  });

  it('accepts names that depend on the receiver, and dictionaries with such keys', () => {
    expect(diagnose`
      f(x) if x.toString() = "1" and x.hasOwnProperty("a") and {constructor: 1} = x;
    `).toEqual([]);
  });
});
