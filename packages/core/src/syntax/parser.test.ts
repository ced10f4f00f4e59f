import { describe, expect, it } from 'vitest';
import { textOf } from '../diagnostics/span.js';
import { parse, parseTerm } from './parse.js';
import { printTerm } from './print.js';
import { errorsOf, errorsOfTerm, policyOf, ruleOf, shapeOf, termOf, textsOf } from './reading.fixture.js';

const variable = (name: string) => ({ kind: 'variable', name });
const literal = (value: number | string | boolean) => ({ kind: 'literal', value });
const shape = (text: string) => shapeOf(termOf(text));
/** Returns a term with all parentheses of its tree. */
const grouped = (text: string) => printGrouped(termOf(text));

function printGrouped(term: ReturnType<typeof termOf>): string {
  switch (term.kind) {
    case 'and':
    case 'or':
      return `(${term.operands.map(printGrouped).join(` ${term.kind} `)})`;
    case 'not':
      return `(not ${printGrouped(term.operand)})`;
    case 'unify':
      return `(${printGrouped(term.left)} = ${printGrouped(term.right)})`;
    case 'compare':
    case 'arithmetic':
      return `(${printGrouped(term.left)} ${term.operator} ${printGrouped(term.right)})`;
    case 'in':
      return `(${printGrouped(term.item)} in ${printGrouped(term.collection)})`;
    default:
      return printTerm(term);
  }
}

describe('operators', () => {
  it.each([
    ['a or b and c', '(a or (b and c))'],
    ['a and b or c', '((a and b) or c)'],
    ['not a and b', '((not a) and b)'],
    ['not a = b', '(not (a = b))'],
    ['x = 1 + 2 * 3', '(x = (1 + (2 * 3)))'],
    ['x = 10 - 3 - 2', '(x = ((10 - 3) - 2))'],
    ['x = 2 * 3 mod 4', '(x = ((2 * 3) mod 4))'],
    ['x = 2 mod 3 * 2', '(x = ((2 mod 3) * 2))'],
    ['x = 8 / 4 rem 3', '(x = ((8 / 4) rem 3))'],
    ['a + 1 < b * 2', '((a + 1) < (b * 2))'],
    ['not x in y', '(not (x in y))'],
    ['x.a in y.b', '(x.a in y.b)'],
    ['(a or b) and c', '((a or b) and c)'],
    ['x = 1 -1', '(x = (1 - 1))'],
    ['x = 1-1', '(x = (1 - 1))'],
    ['x = 1 - -1', '(x = (1 - -1))'],
    ['x = - 1 * +2', '(x = (-1 * 2))'],
  ])('reads %s as %s', (text, meaning) => {
    expect(grouped(text)).toBe(meaning);
  });

  it('keep a first operand of `and` and `or` in parentheses, and flatten the last', () => {
    expect(grouped('(a and b) and c')).toBe('((a and b) and c)');
    expect(grouped('a and (b and c)')).toBe('(a and b and c)');
    expect(grouped('a and (b and c) and d')).toBe('(a and (b and c) and d)');
    expect(grouped('(a or b) or (c or d)')).toBe('((a or b) or c or d)');
  });

  it('accept only a variable on the left of `:=`', () => {
    expect(shape('x := 1 + y')).toEqual({
      kind: 'assign',
      variable: variable('x'),
      value: { kind: 'arithmetic', operator: '+', left: literal(1), right: variable('y') },
    });
    expect(errorsOfTerm('x.y := 1')).toEqual(['1:1 UNEXPECTED_TOKEN x.y']);
    expect(errorsOfTerm('(x) := 1')).toEqual(['1:1 UNEXPECTED_TOKEN (x)']);
    expect(errorsOfTerm('1 + x := 1')).toEqual(['1:1 UNEXPECTED_TOKEN 1 + x']);
  });

  it('cannot be chained', () => {
    expect(errorsOfTerm('1 < x < 3')).toEqual(['1:7 CHAINED_COMPARISON <']);
    expect(errorsOfTerm('x = 1 = 1')).toEqual(['1:7 CHAINED_COMPARISON =']);
    expect(errorsOfTerm('x in y in z')).toEqual(['1:8 CHAINED_COMPARISON in']);
    expect(errorsOfTerm('x matches A matches B')).toEqual(['1:13 CHAINED_COMPARISON matches']);
    expect(errorsOfTerm('not not x')).toEqual(['1:5 UNEXPECTED_TOKEN not']);
  });

  it('need parentheses around arithmetic beside `in`, and parsing continues with them', () => {
    const { term, diagnostics } = parseTerm('1 + 1 in [2] and x in [1] + y and 2 * x matches Integer');
    expect(diagnostics.map(({ message }) => message)).toEqual([
      '`in` binds tighter than `+`; write `(1 + 1) in [2]`',
      '`in` binds tighter than `+`; write `x in ([1] + y)`',
      '`matches` binds tighter than `*`; write `(2 * x) matches Integer`',
    ]);
    expect(printTerm(term!)).toBe('(1 + 1) in [2] and x in ([1] + y) and (2 * x) matches Integer{}');
  });

  it('allow a minus only before a number, with a correction otherwise', () => {
    expect(parseTerm('x = -y').diagnostics.map(({ message }) => message)).toEqual([
      '`-y` is not Polar; write `0 - y`',
    ]);
    expect(errorsOfTerm('x = -(1)')).toEqual(['1:5 UNEXPECTED_TOKEN -']);
    expect(errorsOfTerm('x = --1')).toEqual(['1:5 UNEXPECTED_TOKEN -']);
  });

  it('include `not in` of other languages, with a correction', () => {
    const { term, diagnostics } = parseTerm('x.y not in z');
    expect(diagnostics.map(({ message }) => message)).toEqual([
      '`x.y not in` is not Polar; write `not x.y in`',
    ]);
    expect(term?.kind).toBe('in');
  });
});

describe('terms', () => {
  it('reads literals', () => {
    expect(shape('x = [1, 1.5, -0, "a", true, false, inf, -inf, nan]')).toEqual({
      kind: 'unify',
      left: variable('x'),
      right: {
        kind: 'list',
        items: [1, 1.5, 0, 'a', true, false, Infinity, -Infinity, NaN].map(literal),
        rest: undefined,
      },
    });
  });

  it('reads `True` as a variable', () => {
    expect(shape('x = True')).toEqual({ kind: 'unify', left: variable('x'), right: variable('True') });
  });

  it('reads lists with a rest', () => {
    expect(shape('[] = [*r]')).toMatchObject({
      left: { items: [] },
      right: { items: [], rest: variable('r') },
    });
    expect(shape('[a, *r] = [a,]')).toMatchObject({
      left: { rest: variable('r') },
      right: { rest: undefined },
    });
    expect(errorsOfTerm('x = [*r, 1]')).toEqual(['1:8 UNEXPECTED_TOKEN ,']);
    expect(errorsOfTerm('x = [,]')).toEqual(['1:6 UNEXPECTED_TOKEN ,']);
    expect(errorsOfTerm('x = [1,,2]')).toEqual(['1:8 UNEXPECTED_TOKEN ,']);
    expect(errorsOfTerm('x = [1 == 1]')).toEqual(['1:8 UNEXPECTED_TOKEN ==']);
  });

  it('reads dictionaries, whose keys may be keywords and whose fields may be a name alone', () => {
    expect(shape('x = {type: 1, if: y, z,}')).toMatchObject({
      right: {
        kind: 'dictionary',
        fields: [
          { key: 'type', value: literal(1) },
          { key: 'if', value: variable('y') },
          { key: 'z', value: variable('z') },
        ],
      },
    });
    expect(errorsOfTerm('x = {mod: 1}')).toEqual(['1:6 RESERVED_WORD mod']);
    expect(errorsOfTerm('x = {1: 1}')).toEqual(['1:6 UNEXPECTED_TOKEN 1']);
    expect(errorsOfTerm('x = {a: 1, a: 2}')).toEqual(['1:12 DUPLICATE_KEY a']);
    expect(errorsOfTerm('x = {"a": 1}')).toEqual(['1:6 FOREIGN_SYNTAX "a"']);
  });

  it('reads lookups by name, text and variable', () => {
    expect(shape('x.a.("b c").(k).in')).toEqual({
      kind: 'lookup',
      object: {
        kind: 'lookup',
        object: {
          kind: 'lookup',
          object: { kind: 'lookup', object: variable('x'), key: literal('a') },
          key: literal('b c'),
        },
        key: variable('k'),
      },
      key: literal('in'),
    });
    expect(errorsOfTerm('x.mod')).toEqual(['1:3 RESERVED_WORD mod']);
    expect(errorsOfTerm('x.1')).toEqual(['1:3 UNEXPECTED_TOKEN 1']);
    expect(errorsOfTerm('1.foo = x')).toEqual(['1:3 UNEXPECTED_TOKEN foo']);
  });

  it('reads calls with positional and keyword arguments', () => {
    const args = [literal(1), variable('y')];
    const keywords = [{ key: 'in', value: literal(2) }];
    expect(shape('f(1, y, in: 2,)')).toEqual({ kind: 'call', predicate: 'f', args, keywords });
    expect(shape('x.new(1, y, in: 2)')).toEqual({
      kind: 'method-call',
      object: variable('x'),
      method: 'new',
      args,
      keywords,
    });
    expect(shape('x = new a::B(1, y, in: 2)')).toMatchObject({
      right: { kind: 'new', className: 'a::B', args, keywords },
    });
    expect(errorsOfTerm('f(1,)')).toEqual(['1:4 FOREIGN_SYNTAX ,']);
    expect(errorsOfTerm('f(a: 1, 2)')).toEqual(['1:9 UNEXPECTED_TOKEN 2']);
    expect(errorsOfTerm('f(a: 1, a: 2)')).toEqual(['1:9 DUPLICATE_KEY a']);
    expect(errorsOfTerm('x = new Foo')).toEqual(['1:12 UNEXPECTED_END']);
  });

  it('reads cut, print, debug and forall', () => {
    expect(shape('cut and print(1, x,) and debug() and forall(a in b, a.c)')).toEqual({
      kind: 'and',
      operands: [
        { kind: 'cut' },
        { kind: 'print', args: [literal(1), variable('x')] },
        { kind: 'debug', args: [] },
        {
          kind: 'forall',
          condition: { kind: 'in', item: variable('a'), collection: variable('b') },
          action: { kind: 'lookup', object: variable('a'), key: literal('c') },
        },
      ],
    });
    expect(errorsOfTerm('forall(x)')).toEqual(['1:9 UNEXPECTED_TOKEN )']);
    expect(errorsOfTerm('debug')).toEqual(['1:6 UNEXPECTED_END']);
  });

  it('refuses the prefix form of an operator', () => {
    expect(errorsOfTerm('in(1, [1])')).toEqual(['1:1 RESERVED_WORD in']);
    expect(errorsOfTerm('.(a, "b")')).toEqual(['1:1 UNEXPECTED_TOKEN .']);
    expect(errorsOfTerm('x = new(A, b)')).toEqual(['1:8 UNEXPECTED_TOKEN (']);
  });
});

describe('kinds', () => {
  it.each([
    ['x = f(1)', 'f(1)'],
    ['f(g(1))', 'g(1)'],
    ['x = (1 == 1)', '1 == 1'],
    ['x = {a: 1 == 1}', '1 == 1'],
    ['x = 1 in [1]', '1 in [1]'],
    ['1 in [1] = true', '1 in [1]'],
    ['cut = x', 'cut'],
    ['f(1).a', 'f(1)'],
    ['x := 1 < 2', '1 < 2'],
    ['print(x and y)', 'x and y'],
  ])('expects a value in %s', (text, found) => {
    expect(parseTerm(text).diagnostics.map(({ code, data }) => ({ code, data }))).toEqual([
      {
        code: 'POLAR_PARSE_VALUE_EXPECTED',
        data: { found, isCall: found.startsWith('f(') || found.startsWith('g(') },
      },
    ]);
  });

  it.each([
    ['1 and x', '1'],
    ['not "a"', '"a"'],
    ['forall([1], x)', '[1]'],
    ['1 + 1', '1 + 1'],
    ['new Foo()', 'new Foo()'],
    ['{}', '{}'],
  ])('expects a condition in %s', (text, found) => {
    expect(parseTerm(text).diagnostics.map(({ code, data }) => ({ code, data }))).toEqual([
      { code: 'POLAR_PARSE_CONDITION_EXPECTED', data: { found } },
    ]);
  });

  it('expects a condition as the body of a rule and of an inline query', () => {
    expect(errorsOf('f(_) if 1;\n?= [1];')).toEqual([
      '1:9 CONDITION_EXPECTED 1',
      '2:4 CONDITION_EXPECTED [1]',
    ]);
  });

  it('accepts variables, booleans, attributes and method calls as values and as conditions', () => {
    expect(errorsOfTerm('x and true and x.y and x.f(y) and not false and z = x.f(true)')).toEqual([]);
  });
});

describe('patterns', () => {
  it('read a single name as a class, and inside a pattern as a variable', () => {
    expect(shape('x matches Foo')).toEqual({
      kind: 'matches',
      value: variable('x'),
      pattern: { kind: 'instance-pattern', className: 'Foo', fields: [] },
    });
    expect(
      shape('x matches Foo{a: Bar, b: Bar{}, c, d: {e: 1}, f: [y, *r], g: y.z, h: (1 + 1)}'),
    ).toMatchObject({
      pattern: {
        kind: 'instance-pattern',
        className: 'Foo',
        fields: [
          { key: 'a', value: variable('Bar') },
          { key: 'b', value: { kind: 'instance-pattern', className: 'Bar', fields: [] } },
          { key: 'c', value: variable('c') },
          { key: 'd', value: { kind: 'dictionary-pattern', fields: [{ key: 'e', value: literal(1) }] } },
          { key: 'f', value: { kind: 'list-pattern', items: [variable('y')], rest: variable('r') } },
          { key: 'g', value: { kind: 'lookup', object: variable('y'), key: literal('z') } },
          { key: 'h', value: { kind: 'arithmetic', operator: '+', left: literal(1), right: literal(1) } },
        ],
      },
    });
  });

  it('can be literals and lists', () => {
    expect(shape('x matches -1')).toMatchObject({ pattern: literal(-1) });
    expect(shape('x matches [1 + 2, A{}, [B]]')).toMatchObject({
      pattern: {
        kind: 'list-pattern',
        items: [
          { kind: 'arithmetic', operator: '+' },
          { kind: 'instance-pattern', className: 'A' },
          { kind: 'list-pattern', items: [variable('B')], rest: undefined },
        ],
      },
    });
  });

  it('cannot be other terms', () => {
    expect(errorsOfTerm('1 matches (1)')).toEqual(['1:11 UNEXPECTED_TOKEN (']);
    expect(errorsOfTerm('{a: 1} matches {a: 1+0}')).toEqual(['1:21 UNEXPECTED_TOKEN +']);
    expect(errorsOfTerm('x matches new Foo()')).toEqual(['1:11 RESERVED_WORD new']);
    expect(errorsOfTerm('x matches Foo{a: f(1)}')).toEqual(['1:19 UNEXPECTED_TOKEN (']);
    expect(errorsOfTerm('x matches {a: 1, a: 2}')).toEqual(['1:18 DUPLICATE_KEY a']);
  });
});

describe('statements', () => {
  it('reads facts, rules, rule types and inline queries', () => {
    expect(
      shapeOf(
        policyOf(`
          f(1, x: Foo) if x.a;
          f(_, [x, *_]);
          type f(a: Integer, b);
          ?= f(1, y);
        `),
      ),
    ).toEqual({
      kind: 'policy',
      statements: [
        {
          kind: 'rule',
          name: 'f',
          parameters: [
            { kind: 'parameter', term: literal(1), specializer: undefined },
            {
              kind: 'parameter',
              term: variable('x'),
              specializer: { kind: 'instance-pattern', className: 'Foo', fields: [] },
            },
          ],
          body: { kind: 'lookup', object: variable('x'), key: literal('a') },
        },
        {
          kind: 'rule',
          name: 'f',
          parameters: [
            { kind: 'parameter', term: variable('_'), specializer: undefined },
            {
              kind: 'parameter',
              term: { kind: 'list', items: [variable('x')], rest: variable('_') },
              specializer: undefined,
            },
          ],
          body: undefined,
        },
        {
          kind: 'rule-type',
          name: 'f',
          parameters: [
            {
              kind: 'parameter',
              term: variable('a'),
              specializer: { kind: 'instance-pattern', className: 'Integer', fields: [] },
            },
            { kind: 'parameter', term: variable('b'), specializer: undefined },
          ],
        },
        {
          kind: 'inline-query',
          term: { kind: 'call', predicate: 'f', args: [literal(1), variable('y')], keywords: [] },
        },
      ],
    });
  });

  it('reads blocks without checking the words in them', () => {
    const string = (value: string) => ({ kind: 'string', value });
    const name = (text: string) => ({ kind: 'name', name: text });
    const implied = (of: object, parts: object = {}) => ({
      kind: 'implied',
      isGlobal: false,
      name: of,
      keyword: undefined,
      relation: undefined,
      ...parts,
    });
    expect(
      shapeOf(
        policyOf(`
          actor User {}
          thing Repo {
            roles = ["a", "b",];
            relations = { parent: Org, Owner };
            "a" if "b" onn "parent";
            "a" if "b";
          }
          Bare { roles = []; }
        `).statements,
      ),
    ).toEqual([
      { kind: 'block', keyword: name('actor'), className: name('User'), bases: [], items: [] },
      {
        kind: 'block',
        keyword: name('thing'),
        className: name('Repo'),
        bases: [],
        items: [
          { kind: 'list-declaration', name: name('roles'), items: [string('a'), string('b')] },
          {
            kind: 'dictionary-declaration',
            name: name('relations'),
            fields: [
              { key: 'parent', value: name('Org') },
              { key: 'Owner', value: name('Owner') },
            ],
          },
          {
            kind: 'shorthand-rule',
            head: string('a'),
            body: implied(string('b'), { keyword: name('onn'), relation: string('parent') }),
          },
          {
            kind: 'shorthand-rule',
            head: string('a'),
            body: implied(string('b')),
          },
        ],
      },
      {
        kind: 'block',
        keyword: undefined,
        className: name('Bare'),
        bases: [],
        items: [{ kind: 'list-declaration', name: name('roles'), items: [] }],
      },
    ]);
  });

  it('keeps the comments', () => {
    expect(policyOf('# one\nf(1); # two').comments.map(({ text }) => text)).toEqual(['# one', '# two']);
  });

  it('reads an empty policy', () => {
    expect(policyOf('').statements).toEqual([]);
  });
});

describe('spans', () => {
  it('cover each node with the parentheses of its first operand, but without parentheses around the node', () => {
    expect(textsOf(termOf('((a.b) and c) or (x = (1 + 2) * 3)'))).toEqual([
      'or: ((a.b) and c) or (x = (1 + 2) * 3)',
      'and: (a.b) and c',
      'lookup: a.b',
      'variable: a',
      'literal: b',
      'variable: c',
      'unify: x = (1 + 2) * 3',
      'variable: x',
      'arithmetic: (1 + 2) * 3',
      'arithmetic: 1 + 2',
      'literal: 1',
      'literal: 2',
      'literal: 3',
    ]);
  });

  it('cover statements with their semicolon, and the parts of a head', () => {
    const policy = policyOf('  f(x: A{b: 1}, - 1) if x ; # comment\nresource R { "a" if "b" on "c" ; }');
    expect(textsOf(policy)).toEqual([
      `policy: ${textOf(policy.span)}`,
      'rule: f(x: A{b: 1}, - 1) if x ;',
      'parameter: x: A{b: 1}',
      'variable: x',
      'instance-pattern: A{b: 1}',
      'literal: 1',
      'parameter: - 1',
      'literal: - 1',
      'variable: x',
      'block: resource R { "a" if "b" on "c" ; }',
      'name: resource',
      'name: R',
      'shorthand-rule: "a" if "b" on "c" ;',
      'string: "a"',
      'implied: "b" on "c"',
      'string: "b"',
      'name: on',
      'string: "c"',
    ]);
  });

  it('name the predicate, the method and the class', () => {
    const { body } = ruleOf('f(x) if g(x) and x.m(1) and x = new C(a: 1) and x matches D{e: 1};');
    const [call, method, unify, matches] = body?.kind === 'and' ? body.operands : [];
    if (call?.kind !== 'call' || method?.kind !== 'method-call') throw new Error('no calls');
    if (unify?.kind !== 'unify' || unify.right.kind !== 'new') throw new Error('no new');
    if (matches?.kind !== 'matches' || matches.pattern.kind !== 'instance-pattern')
      throw new Error('no pattern');
    const spans = [call.predicateSpan, method.methodSpan, unify.right.classSpan, matches.pattern.classSpan];
    expect(spans.map(textOf)).toEqual(['g', 'm', 'C', 'D']);
    expect(
      [...unify.right.keywords, ...matches.pattern.fields].map(({ keySpan }) => textOf(keySpan)),
    ).toEqual(['a', 'e']);
  });

  it('count columns in code points', () => {
    expect(errorsOfTerm('"🐻🐻" = ;')).toEqual(['1:8 UNEXPECTED_TOKEN ;']);
  });
});

describe('parse', () => {
  it('keeps the name of a text', () => {
    const { diagnostics } = parse({ name: 'a.polar', source: '\n;' });
    expect(diagnostics.map(({ file, line, column }) => ({ file, line, column }))).toEqual([
      { file: 'a.polar', line: 2, column: 1 },
    ]);
  });
});

describe('parse, for a rule with too many parameters', () => {
  const headOf = (count: number) => `f(${Array.from({ length: count }, (_, i) => `a${i}`).join()});`;
  const errorsOf = (source: string) => parse(source).diagnostics.map(({ code, line }) => [line, code]);

  it('reports one error and parses the next rule', () => {
    expect(errorsOf(headOf(1_000))).toEqual([]);
    expect(errorsOf(`${headOf(100_000)}\ng(;`)).toEqual([
      [1, 'POLAR_PARSE_TOO_MANY_PARAMETERS'],
      [2, 'POLAR_PARSE_UNEXPECTED_TOKEN'],
    ]);
  });
});

describe('parseTerm', () => {
  it('reads one term and nothing after it', () => {
    expect(parseTerm('x = 1;')).toMatchObject({ term: undefined });
    expect(errorsOfTerm('x = 1;')).toEqual(['1:6 UNEXPECTED_TOKEN ;']);
    expect(errorsOfTerm('')).toEqual(['1:1 UNEXPECTED_END']);
    expect(errorsOfTerm('f(1) if true')).toEqual(['1:6 UNEXPECTED_TOKEN if']);
  });
});
