import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCoverage, type CoveredPart } from './policy-coverage.js';

const text = 'resource Note { roles = ["owner"]; }\r\nf(x) if x = "🙂" or not g(x) and h(x);\r\n';
const part = (found: string, counts: readonly [number, number]): CoveredPart => {
  const line = text.slice(0, text.indexOf(found)).split('\n').length;
  const column = [...text.split('\r\n')[line - 1]!.split(found)[0]!].length + 1;
  const [held, failed] = counts;
  const endColumn = column + [...found].length;
  return { file: 'policy/a.polar', line, column, endLine: line, endColumn, text: found, held, failed };
};
const resultOf = (coverage: object | undefined) => ({
  code: 0,
  out: JSON.stringify({ tests: [], coverage }),
  err: '',
});
const textOf = async (): Promise<string> => text;

describe('readCoverage', () => {
  it('returns rules and roles as declarations, and conditions as statements whose branches are outcomes and alternatives', async () => {
    const coverage = {
      rules: [part('f(x) if x = "🙂" or not g(x) and h(x);', [1, 2])],
      conditions: [part('x = "🙂"', [1, 0]), part('g(x)', [0, 2]), part('h(x)', [0, 0])],
      alternatives: [part('x = "🙂"', [1, 0]), part('not g(x) and h(x)', [0, 2])],
      roles: [{ ...part('"owner"', [0, 0]), text: '"owner" of Note' }],
    };
    const on = (line: number, start: number, end: number) => ({
      start: { line, character: start },
      end: { line, character: end },
    });
    const [first, negated, last] = [on(1, 8, 16), on(1, 24, 28), on(1, 33, 37)];
    expect(await readCoverage(resultOf(coverage), '/app', textOf)).toEqual([
      {
        file: resolve('/app/policy/a.polar'),
        declarations: [
          { name: coverage.rules[0]!.text, executed: 1, range: on(1, 0, 38) },
          { name: '"owner" of Note', executed: 0, range: on(0, 25, 32) },
        ],
        statements: [
          {
            executed: 1,
            range: first,
            branches: [
              { label: 'true', executed: 1, range: first },
              { label: 'false', executed: 0, range: first },
              { label: 'alternative', executed: 1, range: first },
            ],
          },
          {
            executed: 2,
            range: negated,
            branches: [
              { label: 'true', executed: 0, range: negated },
              { label: 'false', executed: 2, range: negated },
              { label: 'alternative', executed: 0, range: on(1, 20, 37) },
            ],
          },
          {
            executed: 0,
            range: last,
            branches: [
              { label: 'true', executed: 0, range: last },
              { label: 'false', executed: 0, range: last },
            ],
          },
        ],
      },
    ]);
  });

  it('throws for a command that is too old, or ran no tests', async () => {
    const { endLine: _, ...old } = part('f(x)', [0, 0]);
    const coverage = { rules: [old], conditions: [], alternatives: [], roles: [] };
    await expect(readCoverage(resultOf(coverage), '/app', textOf)).rejects.toThrow('Update @nanook/cli');
    await expect(readCoverage(resultOf(undefined), '/app', textOf)).rejects.toThrow('Update @nanook/cli');
    await expect(readCoverage({ code: 2, out: '', err: 'no' }, '/app', textOf)).rejects.toThrow('no');
  });
});
