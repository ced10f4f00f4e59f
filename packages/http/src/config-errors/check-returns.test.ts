import { describe, expect, it } from 'vitest';
import { checkReturns } from './check-returns.js';

const find = (id: string): string => id;
const findLater = (id: string) => Promise.resolve(id);
const note = '1';
const names = new Set<string>();
/** The counters that Istanbul inserts. */
const cov_1a = (): { f: [number]; s: [number, number, number] } => ({ f: [0], s: [0, 0, 0] });

const check = (hook: unknown) => () => checkReturns('the hook `actor`', hook);

/* oxlint-disable typescript/require-await -- the shapes of functions */
const repository = {
  load(this: void, id: string) {
    find(id);
  },
};

describe('checkReturns', () => {
  it.each<[string, unknown]>([
    [
      'an arrow function with braces',
      (id: string) => {
        find(id);
      },
    ],
    [
      'an arrow function without parameters',
      () => {
        find(note);
      },
    ],
    [
      'an async arrow function',
      async (id: string) => {
        await findLater(id);
      },
    ],
    [
      'a function',
      function (id: string) {
        find(id);
      },
    ],
    [
      'an async function',
      async function load(id: string) {
        await findLater(id);
      },
    ],
    ['a method', repository.load],
    [
      'middleware',
      (_req: unknown, _res: unknown, next: () => void) => {
        next();
      },
    ],
    [
      'a function under coverage',
      (id: string) => {
        cov_1a().f[0]++;
        cov_1a().s[2]++;
        find(id);
      },
    ],
  ])('throws for %s without return', (_name, hook) => {
    expect(check(hook)).toThrow(
      expect.objectContaining({
        code: 'NANOOK_HTTP_NO_RETURN',
        message: expect.stringMatching(
          /^the hook `actor`.* has no `return`, so its result is always undefined; return the result$/,
        ),
      }) as Error,
    );
  });

  it.each<[string, unknown]>([
    ['an arrow function with an expression', (id: string) => find(id)],
    ['an arrow function that returns an object', (id: string) => ({ id })],
    [
      'a function that returns',
      function (id: string) {
        return find(id);
      },
    ],
    [
      'a function that returns in one case',
      (id: string) => {
        if (names.has(id)) return find(id);
        return undefined;
      },
    ],
    [
      'a function that throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['an empty function', () => {}],
    [
      'an empty function with a comment',
      () => {
        /* anonymous */
      },
    ],
    [
      'an empty function under coverage',
      () => {
        cov_1a().f[0]++;
      },
    ],
    ['a bound function', find.bind(undefined)],
    ['a native function', structuredClone],
    [
      'a class',
      class Note {
        run() {
          find(note);
        }
      },
    ],
    [
      'a default parameter with a call',
      (id = find(note)) => {
        names.add(id);
      },
    ],
    ['the name of a type', 'Note'],
    ['nothing', undefined],
  ])('accepts %s', (_name, hook) => {
    expect(check(hook)).not.toThrow();
  });
});
