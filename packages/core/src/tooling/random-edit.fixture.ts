import fc from 'fast-check';
import { tokensOf } from '../syntax/tokens.js';

const statements = [
  'allow(actor, "read", note: Note) if\n  actor = note.owner;\n',
  '\nresource Note { roles = ["a"]; }\n',
  '\ntype f(user: User, _);\n',
  'f(x, y) if x in [1, y] and not (y = 2 or forall(z in x, z > 1));\n',
  'has_role(user: User, "owner", _: Organization) if user.isStaff;\n',
  '\nactor User {}\n',
  '?= f(1, 2);\n',
  '\r\ntest "pasted" {\r\n  setup { f(1); }\r\n  assert f(1);\r\n}\r\n',
  '"read" if "owner" on "parent";\n',
  'allow(user, "read", repository: Repository) if user.isStaff && repository != null;\n',
];

const inserted = [
  ...'(){}[];:,."#$ \n\r\t\'=|&<>*-_0',
  ' and ',
  ' if ',
  'x',
  '/* a */',
  '/*',
  '*/',
  '"text"',
  '"🦊"',
  '# é 🦊\r\n',
  '\r\n',
  '\u2028',
  '\uD83E',
  '\uFEFF',
  '\nf(1)',
  '\ntest "a" {',
  'permissions = ["read"];',
  ...statements,
];

/** An edit: a place as a share of the text, the number of deleted tokens, and the inserted text. */
export interface RandomEdit {
  readonly at: number;
  /** The characters between the start of the token at the place and the edit. */
  readonly inside: number;
  readonly deleted: number;
  readonly text: string;
  /** The place to which the deleted tokens move, as a share of the text; undefined if they do not move. */
  readonly to: number | undefined;
}

/** A place as a share of a text. A random double would be close to 0 in most cases. */
export const share: fc.Arbitrary<number> = fc
  .noBias(fc.integer({ min: 0, max: 9999 }))
  .map((value) => value / 10_000);

export const randomEdit: fc.Arbitrary<RandomEdit> = fc.record({
  at: share,
  inside: fc.constantFrom(0, 0, 0, 1, 2),
  deleted: fc.constantFrom(0, 0, 1, 1, 2, 5, 20),
  text: fc.constantFrom('', '', '', ...inserted),
  to: fc.option(share, { nil: undefined, freq: 4 }),
});

export function applyEdit(text: string, { at, inside, deleted, text: added, to }: RandomEdit): string {
  const tokens = tokensOf(text);
  const startOf = (place: number): number => tokens[Math.floor(place * tokens.length)]?.start ?? text.length;
  const first = Math.floor(at * tokens.length);
  const start = Math.min(text.length, startOf(at) + inside);
  const end = deleted === 0 ? start : Math.max(start, tokens[first + deleted - 1]?.end ?? text.length);
  const target = to === undefined ? start : startOf(to);
  const moved = to === undefined ? '' : text.slice(start, end);
  if (target <= start)
    return text.slice(0, target) + moved + text.slice(target, start) + added + text.slice(end);
  const behind = Math.max(end, target);
  return text.slice(0, start) + added + text.slice(end, behind) + moved + text.slice(behind);
}
