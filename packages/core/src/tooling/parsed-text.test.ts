import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { parse } from '../syntax/parse.js';
import { printStatement } from '../syntax/print.js';
import { applyEdit, randomEdit } from './random-edit.fixture.js';
import { ParsedText } from './parsed-text.js';
import { withoutFaults } from '../policy/build/build-policy.js';

const folder = fileURLToPath(new URL('../../../../examples/gitclub/', import.meta.url));
const policies = ['src/policy', 'tests'].flatMap((part) =>
  readdirSync(folder + part)
    .filter((name) => name.endsWith('.polar'))
    .map((name) => readFileSync(`${folder}${part}/${name}`, 'utf8')),
);

/** The statements of a text with their places, and the errors in no particular order. */
interface Parsed {
  readonly statements: readonly string[];
  readonly errors: readonly string[];
}

function fresh(text: string): Parsed {
  const { policy, diagnostics } = parse(text);
  return {
    statements: withoutFaults(policy.statements, diagnostics).map(
      (each) => `${each.span.start} ${each.span.end} ${printStatement(each)}`,
    ),
    errors: diagnostics.map(({ message, span }) => `${span?.start} ${span?.end} ${message}`).toSorted(),
  };
}

function kept(parsed: ParsedText): Parsed {
  return {
    statements: parsed.statements.map((each) => {
      const { start, end } = parsed.placeOf(each.span);
      return `${start} ${end} ${printStatement(each)}`;
    }),
    errors: parsed.diagnostics
      .map(({ message, span }) => {
        const { start, end } = parsed.placeOf(span!);
        return `${start} ${end} ${message}`;
      })
      .toSorted(),
  };
}

describe('ParsedText', () => {
  it('has the statements and errors of a fresh parse after random edits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...policies),
        fc.array(randomEdit, { minLength: 1, maxLength: 8 }),
        (policy, edits) => {
          let text = policy;
          let parsed = ParsedText.of(text);
          for (const each of edits) {
            text = applyEdit(text, each);
            parsed = parsed.withText(text);
            expect(kept(parsed)).toEqual(fresh(text));
          }
        },
      ),
      { numRuns: randomCases(2000) },
    );
  });

  it('keeps the nodes of the statements that an edit does not touch', () => {
    const text = 'f(1);\ng(2);\nh(3);\n';
    const before = ParsedText.of(text);
    const after = before.withText(text.replace('g(2)', 'g(20)'));
    const [f, g, h] = before.statements;
    expect(after.statements[0]).toBe(f);
    expect(after.statements[1]).not.toBe(g);
    expect(after.statements[2]).toBe(h);
    expect(after.placeOf(h!.span)).toMatchObject({ start: 13, end: 18 });
  });
});
