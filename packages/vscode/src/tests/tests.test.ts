import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testsOf } from './policy-tests.js';
import { readTestResults, testArguments } from './test-results.js';

describe('testsOf', () => {
  it('returns the symbols that are tests, with their lines', () => {
    const symbol = (name: string, kind: number, line: number) => ({ name, kind, range: { start: { line } } });
    expect(testsOf([symbol('Note', 5, 0), symbol('owners', 6, 4), symbol('allow', 12, 9)])).toEqual([
      { name: 'owners', line: 4 },
    ]);
  });
});

describe('testArguments', () => {
  it('names one test, or runs all', () => {
    expect(testArguments()).toEqual(['test', '--json']);
    expect(testArguments('a "b"', true)).toEqual(['test', '--json', '--coverage', '--name', 'a "b"']);
  });
});

describe('readTestResults', () => {
  it('throws the reason of a command that ran no tests', () => {
    const message = 'nanook.config.json: Unexpected end of JSON input';
    for (const result of [
      { code: 2, out: JSON.stringify({ error: { message } }), err: '' },
      { code: 1, out: '', err: `${message}\n` },
      { code: undefined, out: '{"tests": [', err: message },
    ])
      expect(() => readTestResults(result, '/app')).toThrow(new Error(message));
    expect(() => readTestResults({ code: undefined, out: '', err: '' }, '/app')).toThrow(
      'Expected results of nanook test, found none. It ended with a signal.',
    );
  });

  it('makes the paths of the results absolute', () => {
    const out = JSON.stringify({
      tests: [{ file: 'policy/a.polar', name: 'a', durationMs: 1, failures: [] }],
    });
    expect(readTestResults({ code: 0, out, err: '' }, '/app')).toEqual([
      { file: resolve('/app/policy/a.polar'), name: 'a', durationMs: 1, failures: [] },
    ]);
  });
});
