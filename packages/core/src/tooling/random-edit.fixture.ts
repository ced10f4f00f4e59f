import fc from 'fast-check';
import { tokensOf } from '../syntax/tokens.js';

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
export interface RandomEdit {
  readonly at: number;
  readonly deleted: number;
  readonly text: string;
}

export const randomEdit: fc.Arbitrary<RandomEdit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  deleted: fc.constantFrom(0, 0, 1, 1, 2, 5),
  text: fc.constantFrom('', '', ...inserted),
});

export function applyEdit(text: string, { at, deleted, text: added }: RandomEdit): string {
  const tokens = tokensOf(text);
  const first = Math.floor(at * tokens.length);
  const start = tokens[first]?.start ?? text.length;
  const end = deleted === 0 ? start : (tokens[first + deleted - 1]?.end ?? text.length);
  return text.slice(0, start) + added + text.slice(end);
}
