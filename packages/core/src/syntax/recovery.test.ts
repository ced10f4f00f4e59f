import { describe, expect, it } from 'vitest';
import { parse } from './parse.js';
import { tokensOf } from './tokens.js';
import { printPolicy } from './print.js';
import { dedent } from '../internal/dedent.fixture.js';
import { errorsOf, messagesOf } from './reading.fixture.js';

const kept = (text: string) =>
  printPolicy(parse(dedent(text)).policy)
    .trimEnd()
    .split('\n');

describe('a syntax error', () => {
  it('hides no other error, and every whole statement is kept', () => {
    const text = `
      allow(a, b, c) if
        a.x = and
        b.y;
      ok(1);
      bad(x) if x ==;
      resource Repo {
        roles = ["a" "b"];
        permissions = ["p"];
        "p" if a;
        relations = { parent: "Org", x };
        allow(x) if y;
        "a" if "b"
      }
      last(x) if x & y and z = 'it' and !w;
      huge(x) if x = 99999999999999999999 and x = @;
    `;
    expect(errorsOf(text)).toEqual([
      '2:9 UNEXPECTED_TOKEN and',
      '5:15 UNEXPECTED_TOKEN ;',
      '7:16 UNEXPECTED_TOKEN "b"',
      '9:10 FOREIGN_SYNTAX a',
      '10:25 FOREIGN_SYNTAX "Org"',
      '11:3 FOREIGN_SYNTAX allow',
      '12:13 MISSING_SEMICOLON',
      '14:14 FOREIGN_SYNTAX &',
      `14:26 FOREIGN_SYNTAX 'it'`,
      '14:35 FOREIGN_SYNTAX !',
      '15:16 INTEGER_TOO_LARGE 99999999999999999999',
      '15:45 INVALID_CHARACTER @',
    ]);
    expect(kept(text)).toEqual([
      'ok(1);',
      'resource Repo {',
      '  permissions = ["p"];',
      '  "p" if "a";',
      '  relations = { parent: Org, x: x };',
      '  "a" if "b";',
      '}',
      'last(x) if x and y and z = "it" and not w;',
    ]);
  });

  it('has its place at the end of a statement without a semicolon, and both statements are kept', () => {
    const text = `
      f(1)
      g(x) if x = 2
      actor User {}
      resource R {
        roles = ["a"]
        "a" if "b"
        permissions = ["c"]
      }
      type h(x)
      ?= f(1)
      k(1);
    `;
    expect(errorsOf(text)).toEqual([
      '1:5 MISSING_SEMICOLON',
      '2:14 MISSING_SEMICOLON',
      '5:16 MISSING_SEMICOLON',
      '6:13 MISSING_SEMICOLON',
      '7:22 MISSING_SEMICOLON',
      '9:10 MISSING_SEMICOLON',
      '10:8 MISSING_SEMICOLON',
    ]);
    expect(kept(text)).toHaveLength(11);
  });

  it('continues over an indented call, which starts no statement', () => {
    expect(
      errorsOf(`
        f(x) if
          x = 1 and
          g(x)
          h(x) and missing_too(x y);
        k(1);
      `),
    ).toEqual(['4:3 UNEXPECTED_TOKEN h']);
  });

  it('ends with its statement if it is inside brackets', () => {
    expect(
      errorsOf(`
        f(x) if (x = 1
        g(2) if true;
        h(x) if x = [1, 2;
        j(x) if x = {a: 1;
        i(1
      `),
    ).toEqual([
      '1:15 UNEXPECTED_END',
      '3:18 UNEXPECTED_TOKEN ;',
      '4:18 UNEXPECTED_TOKEN ;',
      '5:4 UNEXPECTED_END',
    ]);
  });

  it('appears once in a statement with an unclosed string', () => {
    const text = `
      f(x) if x = "open
        and on";
      g(1);
      h(x) if x = "a" and y = ";
      k(1);
    `;
    expect(errorsOf(text)).toEqual(['1:13 UNTERMINATED_STRING "open', '4:25 UNTERMINATED_STRING ";']);
    expect(kept(text)).toEqual(['g(1);', 'k(1);']);
  });

  it('hides no error behind it up to a far bracket, only those in an index', () => {
    expect(
      errorsOf(`
      f(x) if x['a'] = 1;
      g(x) if x[ = 1;
      h(x) if x = @ and x in [1];
    `),
    ).toEqual([`1:10 FOREIGN_SYNTAX ['a']`, '2:10 FOREIGN_SYNTAX [', '3:13 INVALID_CHARACTER @']);
  });

  it('skips the whole block if it is in the head of a block', () => {
    const text = `
      resource Repo, Org { roles = ["a"]; "a" if "b"; }
      f(1);
      rule g(x) if x = {a: 1} and y;
      h(1);
    `;
    expect(errorsOf(text)).toEqual(['1:14 UNEXPECTED_TOKEN ,', '3:1 FOREIGN_SYNTAX rule']);
    expect(kept(text)).toEqual(['f(1);', 'h(1);']);
  });

  it('reports the end of a block that is not closed before the next statement', () => {
    const text = `
      resource Repo {
        "a" if "b";

      allow(x) if x;
      actor User {
    `;
    expect(errorsOf(text)).toEqual(['2:14 UNEXPECTED_END', '5:13 UNEXPECTED_END']);
    expect(kept(text)).toEqual(['resource Repo {', '  "a" if "b";', '}', 'allow(x) if x;', 'actor User {}']);
  });

  it('loses no statement after an extra bracket or semicolon', () => {
    expect(errorsOf('actor User {};\n};\nf(1);)\ng(1);')).toEqual([
      '1:14 UNEXPECTED_TOKEN ;',
      '2:1 UNEXPECTED_TOKEN }',
      '3:6 UNEXPECTED_TOKEN )',
    ]);
  });

  it('states the expected syntax and the correction', () => {
    expect(
      messagesOf(`
        f(x) if x && y;
        f(x) if x = 1, y = 2;
        f(1: Integer);
        type f(x) if x;
        cut(x);
        f(x) if x = ;
        f(x) if x = f(1);
        f(x) if x = 'a';
        f(x) if x =\u00a01;
        f(x)
      `),
    ).toEqual([
      '`&&` is not Polar; write `and`',
      '`,` is not Polar; write `and`',
      'expected `,` or `)` (only a variable can have a type), found `:`',
      'expected `;` (a rule type has no body), found `if`',
      '`cut` is a reserved word of Polar and cannot be used here; use another name',
      'expected a value or a condition, found `;`',
      'expected a value, found the condition `f(1)`; a rule returns no value: call it as a separate condition with a variable that it binds',
      '`\'a\'` is not Polar; write `"a"`',
      'unexpected character U+00A0; remove it',
      'expected `;` at the end of the rule',
    ]);
  });

  it('appears at most a hundred times for a text', () => {
    expect(parse('f(;\n'.repeat(1000)).diagnostics).toHaveLength(100);
    expect(parse('~ $ '.repeat(10_000)).diagnostics).toHaveLength(100);
  });
});

describe('a rule that is typed above other statements', () => {
  const typed =
    'has_role(user: User, "reader", repo: Repo{status: "open"}) if\n  role in user.roles and (role.name = "reader" or not role.repo != repo);\n';
  const others = [
    'allow(actor, action, resource) if\n  has_permission(actor, action, resource);',
    'resource Repo {\n  roles = ["reader"];\n  "read" if "reader";\n}',
    'test "reads" {\n  assert allow(1, 2, 3);\n}',
    'type f(x: Integer);',
    '?= f(1);',
  ];
  const stops = tokensOf(typed).map(({ end }) => end);

  it.each(others)('keeps the next statement whole at each token: %s', (next) => {
    const after = `${next}\n\nlast(1);\n`;
    for (const stop of stops) {
      const text = `first(1);\n\n${typed.slice(0, stop)}\n\n${after}`;
      const { policy, diagnostics } = parse(text);
      const start = text.length - after.length;
      expect(policy.statements.map(({ span }) => span.start)).toEqual(
        expect.arrayContaining([0, start, text.length - 'last(1);\n'.length]),
      );
      expect(diagnostics.filter(({ span }) => span!.start >= start)).toEqual([]);
    }
  });

  it.each([
    ['a rule', typed],
    [
      'a block',
      'resource Note {\n  roles = ["a", "b"];\n  relations = { parent: Folder };\n  "a" if "b" on "parent";\n}\n',
    ],
    ['a test', 'test "a" {\n  setup { f(1); }\n  assert f(1) iff f in [1, 2];\n}\n'],
    ['a rule type', 'type f(x: Integer, y: Note{a: 1});\n'],
    ['a query', '?= f(1, [2]) and not g(1);\n'],
  ])('blames %s alone, although the next statement has an error, too', (_, above) => {
    for (const broken of [
      'allow(actor, "read" resource) if\n  actor;',
      'resource Repo {\n  roles = ["a" "b"];\n}',
    ]) {
      const after = `${broken}\n\nlast(1);\n`;
      const own = parse(after).diagnostics.map(({ message, span }) => `${span!.start} ${message}`);
      for (const { end } of tokensOf(above)) {
        const text = `first(1);\n\n${above.slice(0, end)}\n\n${after}`;
        const start = text.length - after.length;
        const found = parse(text).diagnostics.filter(({ span }) => span!.start >= start);
        expect([end, found.map(({ message, span }) => `${span!.start - start} ${message}`)]).toEqual([
          end,
          own,
        ]);
      }
    }
  });

  it('says that the next statement begins', () => {
    const { diagnostics } = parse('allow(user,\n\nf(1);');
    expect(diagnostics.map(({ message }) => message)).toEqual([
      expect.stringMatching(/, but the next statement begins$/),
    ]);
  });
});
