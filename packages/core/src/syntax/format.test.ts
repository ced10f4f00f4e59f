import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import { dedent } from '../internal/dedent.fixture.js';
import { formatPolicy } from './format.js';
import type { PolicyNode } from './ast.js';
import { parse } from './parse.js';
import { isPlace } from './reading.fixture.js';

const format = (text: string, width?: number): string =>
  formatPolicy(lines(text), width === undefined ? {} : { width }).text;

const lines = (text: string): string => `${dedent(text)}\n`;

const corpus = new URL('../../../conformance/corpus/cases/', import.meta.url);
/** The different policies of the conformance corpus without a syntax error. Most cases share their policy with others. */
const recorded = new Set(
  readdirSync(corpus)
    .flatMap((file) => JSON.parse(readFileSync(new URL(file, corpus), 'utf8')) as { policy?: string }[])
    .flatMap(({ policy }) => (policy ? [policy] : [])),
);
const policies: readonly string[] = [...recorded]
  .filter((policy) => parse(policy).diagnostics.length === 0)
  .concat(
    'test "a" {}',
    'f(1);test "a" {assert f(1);}',
    'test "owners" { setup { has_role(ann, "owner", note); g(x) if x = 1 and f(x); } assert allow(ann, "read", note); assert_not f(2); assert f(x) iff x in [1, 2]; }',
  );

/** The statements without their places, as text. */
const meaningOf = ({ statements }: PolicyNode): string =>
  JSON.stringify(statements, (key, value: unknown) => (isPlace(key) ? undefined : value));

const commentsOf = ({ comments }: PolicyNode): string[] => comments.map(({ text }) => text.trimEnd());

/** Expects that a policy keeps its meaning and its comments in each width. */
function expectSound(text: string, widths: readonly number[]): void {
  const { policy } = parse(text);
  const [meaning, comments] = [meaningOf(policy), commentsOf(policy)];
  for (const width of widths) {
    const formatted = formatPolicy(text, { width }).text;
    const { policy: again, diagnostics } = parse(formatted);
    expect(diagnostics).toEqual([]);
    expect(meaningOf(again)).toBe(meaning);
    expect(commentsOf(again)).toEqual(comments);
    expect(formatPolicy(formatted, { width }).text).toBe(formatted);
  }
}

describe('formatPolicy', () => {
  it('keeps the notation of numbers', () => {
    const text = 'f(1.0, 1.50: 2.0, {a: -0.10}) if x = 1e3 and x matches 7.0 and x matches A{b: 1.0};\n';
    expect(formatPolicy(text, { width: 120 }).text).toBe(text);
    const test = 'test "a" {\n  setup {\n    f(1.0);\n  }\n  assert f(x) iff x in [1.0, 2.00];\n}\n';
    expect(formatPolicy(test).text).toBe(test);
  });

  it('moves the lines of a statement that stays as written together', () => {
    const test = `test "a" {
  setup {
  has_role( # a
    ann,
      "owner");
  }
}
`;
    const formatted = test.replace(
      '  has_role( # a\n    ann,\n      "owner");',
      '    has_role( # a\n      ann,\n        "owner");',
    );
    expect(formatPolicy(test).text).toBe(formatted);
    expect(formatPolicy(formatted).text).toBe(formatted);
  });

  it('does not indent a string that a backslash continues on the next line', () => {
    const text = 'resource Note {\n  roles = ["a", # b\n    "c\\\n d"];\n}\n';
    expect(formatPolicy(text).text).toBe(text);
  });

  it('formats the rules of a setup with comments between their conditions', () => {
    expect(
      format(`
        test "a" {
          setup {
            f(x)   if x=1 and # first
            # second
            x=2;   # end
          }
        }
      `),
    ).toBe(
      lines(`
        test "a" {
          setup {
            f(x) if
              x = 1 and # first
              # second
              x = 2; # end
          }
        }
      `),
    );
  });

  it('writes each statement in one form', () => {
    expect(
      format(`
        actor   User{}
        resource Note { permissions=["read","edit"] ; relations={org:Organization};
          "read"   if "reader"  on "org" ;
        }
        allow( user:User,"read",note:Note{public:true} )  if note.owner=user  and ( user.age>3 or  not user.banned ) ;
        f(1);type f(x:Integer);
        ?=f( 1 );
      `),
    ).toBe(
      lines(`
        actor User {}
        resource Note {
          permissions = ["read", "edit"];
          relations = { org: Organization };
          "read" if "reader" on "org";
        }
        allow(user: User, "read", note: Note{public: true}) if
          note.owner = user and
          (user.age > 3 or not user.banned);
        f(1);
        type f(x: Integer);
        ?= f(1);
      `),
    );
  });

  it('breaks a long body, a long head, a long group and a long list', () => {
    expect(
      format(
        `
        resource Note { roles = ["administrator", "maintainer", "contributor"]; }
        allow(first_parameter: User, "read", second_parameter: Note) if
          a.b = 1 and (first_parameter.is_administrator or second_parameter.is_public and x.y = 2) and not (first_parameter.aaaa or second_parameter.bbbb);
        `,
        40,
      ),
    ).toBe(
      lines(`
        resource Note {
          roles = [
            "administrator",
            "maintainer",
            "contributor"
          ];
        }
        allow(
          first_parameter: User,
          "read",
          second_parameter: Note
        ) if
          a.b = 1 and
          (
            first_parameter.is_administrator or
            second_parameter.is_public and
              x.y = 2
          ) and
          not (
            first_parameter.aaaa or
            second_parameter.bbbb
          );
      `),
    );
  });

  it('keeps comments in their places, and single blank lines', () => {
    const text = lines(`
      # The first line.

      # About the block.
      resource Note { # at the brace
        roles = ["reader"]; # at the list

        # before the rule
        "read" if "reader";
        # at the end
      } # after the block

      allow(user, "read", note) if # why
        # before a condition
        note.owner = user and # at a condition
        user.is_active; # at the end
      # The last line.
    `);
    expect(format(text)).toBe(text);
  });

  it('lays out tests', () => {
    expect(
      format(`
        test   "owners" { # why
        setup { has_role(ann,"owner",note); f(x) if x=1; }
          assert allow(ann,"edit",note) ;assert_not f( 2 );

          # all of them
          assert allow(ann, action, note) iff action in ["read","edit"];
        }
      `),
    ).toBe(
      lines(`
        test "owners" { # why
          setup {
            has_role(ann, "owner", note);
            f(x) if x = 1;
          }
          assert allow(ann, "edit", note);
          assert_not f(2);

          # all of them
          assert allow(ann, action, note) iff action in ["read", "edit"];
        }
      `),
    );
  });

  it('joins several blank lines to one', () => {
    expect(formatPolicy('f(1);\n\n\n\n# c\n\n\nf(2);').text).toBe('f(1);\n\n# c\n\nf(2);\n');
  });

  it('keeps a statement as it is if a comment is between its arguments', () => {
    const text = 'f(1, # one\n  2);\n';
    expect(format(text)).toBe(text);
  });

  it('returns a text with a syntax error unchanged, with the error', () => {
    const { text, diagnostics } = formatPolicy('f(1;');
    expect(text).toBe('f(1;');
    expect(diagnostics.map(({ code }) => code)).toEqual(['POLAR_PARSE_UNEXPECTED_TOKEN']);
  });

  it('returns an empty text for an empty policy', () => {
    expect(formatPolicy('').text).toBe('');
    expect(formatPolicy('\n\n').text).toBe('');
  });

  it('changes neither the meaning nor the comments of the corpus, and formats a result to itself', () => {
    expect(policies.length).toBeGreaterThan(1_000);
    for (const policy of policies) expectSound(policy, [20, 80]);
  });

  it('keeps comments that are inserted between any two tokens of the corpus', () => {
    const inserted = fc.record({
      policy: fc.constantFrom(...policies),
      places: fc.array(fc.tuple(fc.nat(), fc.constantFrom(' # a\n', '\n# b\n', '\n\n  # c  \n\n')), {
        minLength: 1,
        maxLength: 4,
      }),
      width: fc.constantFrom(20, 80),
    });
    fc.assert(
      fc.property(inserted, ({ policy, places, width }) => {
        const text = withComments(policy, places);
        if (text !== undefined) expectSound(text, [width]);
      }),
      { numRuns: randomCases(1_000) },
    );
  });
});

/** Inserts comments at spaces. Returns undefined if a comment then changes the policy, as it does inside a string. */
function withComments(policy: string, places: readonly (readonly [number, string])[]): string | undefined {
  let text = policy;
  for (const [at, comment] of places) {
    const gaps = [...text.matchAll(/[ \n(,]/g)].map(({ index }) => index);
    if (gaps.length === 0) return undefined;
    const gap = gaps[at % gaps.length]! + 1;
    text = text.slice(0, gap) + comment + text.slice(gap);
  }
  const { policy: changed, diagnostics } = parse(text);
  if (diagnostics.length > 0) return undefined;
  return meaningOf(changed) === meaningOf(parse(policy).policy) ? text : undefined;
}

describe('formatPolicy of the forms of Oso Cloud', () => {
  it.each([
    ['global{roles=["a"];"x" if "a";}', 'global {\n  roles = ["a"];\n  "x" if "a";\n}\n'],
    [
      'resource A extends B,C,{role if role on "p";}',
      'resource A extends B, C {\n  role if role on "p";\n}\n',
    ],
    [
      'resource A{"x" if "a" on "p" and(global "b" or not f(resource));}',
      'resource A {\n  "x" if "a" on "p" and (global "b" or not f(resource));\n}\n',
    ],
    ['declare f(A,String) ;', 'declare f(A, String);\n'],
    [
      'f(A{"x"},Integer{1},Boolean{true})if x>@current_unix_time;',
      'f(A{"x"}, Integer{1}, Boolean{true}) if x > @current_unix_time;\n',
    ],
    [
      'test fixture f{a(A{"x"});}\ntest "t"{setup{fixture f;b(A{1});}assert g(A{"x"},y:String,_:B)iff y="z";}',
      'test fixture f {\n  a(A{"x"});\n}\ntest "t" {\n  setup {\n    fixture f;\n    b(A{1});\n  }\n  assert g(A{"x"}, y: String, _: B) iff y = "z";\n}\n',
    ],
  ])('writes %s in one form', (text, expected) => {
    expect(formatPolicy(text)).toEqual({ text: expected, diagnostics: [] });
    expect(formatPolicy(expected).text).toBe(expected);
  });

  it('breaks a long condition of a block after `and`', () => {
    const text = `resource A { "x" if "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" on "parent" and is_long(resource, actor, "bbbbbbbbbbbb"); }`;
    expect(formatPolicy(text).text).toBe(
      'resource A {\n  "x" if\n    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" on "parent" and\n    is_long(resource, actor, "bbbbbbbbbbbb");\n}\n',
    );
  });
});
