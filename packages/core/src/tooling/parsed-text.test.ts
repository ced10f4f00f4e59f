import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { parse } from '../syntax/parse.js';
import { printStatement } from '../syntax/print.js';
import { tokensOf } from '../syntax/tokens.js';
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

const inserted = [
  ...'(){}[];:,."#$ \n',
  ' and ',
  'allow(actor, "read", note: Note) if\n  actor = note.owner;\n',
  '\nresource Note { roles = ["a"]; }\n',
  '\ntest "a" {',
  'x',
  '/* a */',
  '"text"',
  '\nf(1)',
];

/** An edit: a place as a share of the text, the number of deleted tokens, and the inserted text. */
interface Edit {
  readonly at: number;
  readonly deleted: number;
  readonly text: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  deleted: fc.constantFrom(0, 0, 1, 1, 2, 5),
  text: fc.constantFrom('', '', ...inserted),
});

function applied(text: string, { at, deleted, text: added }: Edit): string {
  const tokens = tokensOf(text);
  const first = Math.floor(at * tokens.length);
  const start = tokens[first]?.start ?? text.length;
  const end = deleted === 0 ? start : (tokens[first + deleted - 1]?.end ?? text.length);
  return text.slice(0, start) + added + text.slice(end);
}

describe('ParsedText', () => {
  it('has the statements and errors of a fresh parse after random edits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...policies),
        fc.array(edit, { minLength: 1, maxLength: 8 }),
        (policy, edits) => {
          let text = policy;
          let parsed = ParsedText.of(text);
          for (const each of edits) {
            text = applied(text, each);
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
