import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomCases } from '../../../../tools/test-scope.js';
import type { Span } from '../diagnostics/span.js';
import type {
  FieldNode,
  ImpliedNode,
  ListDeclarationNode,
  NameNode,
  ParameterNode,
  PatternNode,
  PatternOrTermNode,
  PolicyNode,
  StatementNode,
  StringNode,
  TermNode,
  VariableNode,
} from './ast.js';
import { parse } from './parse.js';
import { printPolicy } from './print.js';
import { shapeOf } from './reading.fixture.js';
import { isKeyword } from './token.js';

// Trees as the parser creates them: terms of the right roles, and at least two operands, the last of which is not a junction of the
// same kind.

const span: Span = { source: undefined, start: 0, end: 0 } as unknown as Span;

const word = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'x',
    '_',
    '_y',
    'Foo',
    'actor',
    'resource',
    'on',
    'is?',
    'ns::Name',
    'é',
    '日本',
    '🐻',
  ),
  fc.stringMatching(/^[a-z_][a-zA-Z0-9_]{0,6}$/).filter((text) => !isKeyword(text) && text !== 'isa'),
);
const keyWord = fc.oneof(
  word,
  fc.constantFrom('type', 'cut', 'in', 'new', 'matches', 'forall', 'if', 'not', 'print'),
);
const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\n', '\0\r\t'));
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 2 ** 53, 1e21),
);

const variable: fc.Arbitrary<VariableNode> = word.map((name) => ({ kind: 'variable', span, name }));
const literalOf = <Value extends string | number | boolean>(value: fc.Arbitrary<Value>) =>
  value.map((v) => ({ kind: 'literal', span, value: v }) as const);
const literal = literalOf(fc.oneof(number, text, fc.boolean()));
const fieldsOf = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<FieldNode<Value>[]> =>
  fc.uniqueArray(fc.record({ key: keyWord, keySpan: fc.constant(span), value }), {
    maxLength: 3,
    selector: ({ key }) => key,
  });
const few = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 3 });
const rest = fc.option(variable, { nil: undefined });
const arithmetic = fc.constantFrom(
  '+' as const,
  '-' as const,
  '*' as const,
  '/' as const,
  'mod' as const,
  'rem' as const,
);
const comparison = fc.constantFrom(
  '==' as const,
  '!=' as const,
  '<' as const,
  '<=' as const,
  '>' as const,
  '>=' as const,
);
const kind = <Kind extends string>(name: Kind) => fc.constant(name);
const at = fc.constant(span);

const { value, condition, pattern } = fc.letrec<{
  value: TermNode;
  either: TermNode;
  condition: TermNode;
  operandOfAnd: TermNode;
  operandOfOr: TermNode;
  pattern: PatternNode;
  nested: PatternOrTermNode;
}>((tie) => {
  const args = few(tie('value'));
  const keywords = fieldsOf(tie('value'));
  const arithmeticOf = (operand: fc.Arbitrary<TermNode>) =>
    fc.record({ kind: kind('arithmetic'), span: at, operator: arithmetic, left: operand, right: operand });
  const patterns = [
    fc.record({
      kind: kind('instance-pattern'),
      span: at,
      className: word,
      classSpan: at,
      fields: fieldsOf(tie('nested')),
    }),
    fc.record({ kind: kind('dictionary-pattern'), span: at, fields: fieldsOf(tie('nested')) }),
    fc.record({ kind: kind('list-pattern'), span: at, items: few(tie('nested')), rest }),
  ] as const;
  return {
    either: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'term' },
      variable,
      literalOf(fc.boolean()),
      fc.record({
        kind: kind('lookup'),
        span: at,
        object: tie('value'),
        key: fc.oneof(variable, literalOf(fc.oneof(keyWord, text))),
      }),
      fc.record({
        kind: kind('method-call'),
        span: at,
        object: tie('value'),
        method: keyWord,
        methodSpan: at,
        args,
        keywords,
      }),
    ),
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'term' },
      literal,
      tie('either'),
      fc.record({ kind: kind('list'), span: at, items: args, rest }),
      fc.record({ kind: kind('dictionary'), span: at, fields: keywords }),
      fc.record({ kind: kind('new'), span: at, className: word, classSpan: at, args, keywords }),
      arithmeticOf(tie('value')),
    ),
    condition: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'term' },
      tie('either'),
      fc.record({ kind: kind('call'), span: at, predicate: word, predicateSpan: at, args, keywords }),
      fc.record({ kind: kind('unify'), span: at, left: tie('value'), right: tie('value') }),
      fc.record({ kind: kind('assign'), span: at, variable, value: tie('value') }),
      fc.record({
        kind: kind('compare'),
        span: at,
        operator: comparison,
        left: tie('value'),
        right: tie('value'),
      }),
      fc.record({ kind: kind('in'), span: at, item: tie('value'), collection: tie('value') }),
      fc.record({ kind: kind('matches'), span: at, value: tie('value'), pattern: tie('pattern') }),
      fc
        .tuple(fc.array(tie('condition'), { minLength: 1, maxLength: 3 }), tie('operandOfAnd'))
        .map(([first, last]): TermNode => ({ kind: 'and', span, operands: [...first, last] })),
      fc
        .tuple(fc.array(tie('condition'), { minLength: 1, maxLength: 3 }), tie('operandOfOr'))
        .map(([first, last]): TermNode => ({ kind: 'or', span, operands: [...first, last] })),
      fc.record({ kind: kind('not'), span: at, operand: tie('condition') }),
      fc.record({ kind: kind('forall'), span: at, condition: tie('condition'), action: tie('condition') }),
      fc.record({ kind: kind('cut'), span: at }),
      fc.record({ kind: kind('print'), span: at, args }),
      fc.record({ kind: kind('debug'), span: at, args }),
    ),
    operandOfAnd: tie('condition').filter(({ kind: k }) => k !== 'and'),
    operandOfOr: tie('condition').filter(({ kind: k }) => k !== 'or'),
    pattern: fc.oneof({ maxDepth: 4, depthIdentifier: 'term' }, literal, ...patterns),
    nested: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'term' },
      literal,
      variable,
      ...patterns,
      fc.record({ kind: kind('lookup'), span: at, object: variable, key: literalOf(keyWord) }),
      arithmeticOf(fc.oneof(variable, literal)),
      arithmeticOf(arithmeticOf(literal)),
    ),
  };
});

const parameters: fc.Arbitrary<ParameterNode[]> = few(
  fc.oneof(
    value.map((term): ParameterNode => ({ kind: 'parameter', span, term, specializer: undefined })),
    fc.record({ kind: kind('parameter'), span: at, term: variable, specializer: pattern }),
  ),
);
const nameNode: fc.Arbitrary<NameNode> = word.map((name) => ({ kind: 'name', span, name }));
const stringNode: fc.Arbitrary<StringNode> = text.map((v) => ({ kind: 'string', span, value: v }));
const declaration: fc.Arbitrary<ListDeclarationNode> = fc.record({
  kind: kind('list-declaration'),
  span: at,
  name: nameNode,
  items: few(stringNode),
});
const anyName: fc.Arbitrary<NameNode> = fc
  .constantFrom('role', 'permission')
  .map((name) => ({ kind: 'name', span, name }));
const globalName: fc.Arbitrary<NameNode> = fc.constant({ kind: 'name', span, name: 'global' });
const on: fc.Arbitrary<NameNode> = fc.constant({ kind: 'name', span, name: 'on' });
const implied: fc.Arbitrary<ImpliedNode> = fc.oneof(
  fc.record({
    kind: kind('implied'),
    span: at,
    isGlobal: fc.boolean(),
    name: stringNode,
    keyword: fc.constant(undefined),
    relation: fc.constant(undefined),
  }),
  fc.record({
    kind: kind('implied'),
    span: at,
    isGlobal: fc.constant(false),
    name: fc.oneof(stringNode, anyName),
    keyword: on,
    relation: stringNode,
  }),
);
const blockCondition: fc.Arbitrary<TermNode> = fc.oneof(
  implied,
  condition.filter(({ kind: k }) => k === 'call' || k === 'compare' || k === 'in'),
);
const conditions: fc.Arbitrary<TermNode> = fc.oneof(
  fc
    .tuple(fc.constantFrom('and' as const, 'or' as const), blockCondition, blockCondition)
    .map(([k, first, last]): TermNode => ({ kind: k, span, operands: [first, last] })),
  fc.record({ kind: kind('not'), span: at, operand: blockCondition }),
);

const statement: fc.Arbitrary<StatementNode> = fc.oneof(
  fc.record({
    kind: kind('rule'),
    span: at,
    name: word,
    nameSpan: at,
    parameters,
    body: fc.option(condition, { nil: undefined }),
  }),
  fc.record({ kind: kind('rule-type'), span: at, name: word, nameSpan: at, parameters }),
  fc.record({ kind: kind('inline-query'), span: at, term: condition }),
  fc.record({ kind: kind('global-block'), span: at, keyword: globalName, items: few(declaration) }),
  fc.record({
    kind: kind('block'),
    span: at,
    keyword: nameNode,
    className: nameNode,
    bases: few(nameNode),
    items: few(declaration),
  }),
  fc.record({
    kind: kind('block'),
    span: at,
    keyword: fc.option(nameNode, { nil: undefined }),
    className: nameNode,
    bases: fc.constant([]),
    items: few(
      fc.oneof(
        declaration,
        fc.record({
          kind: kind('dictionary-declaration'),
          span: at,
          name: nameNode,
          fields: fieldsOf(nameNode),
        }),
        fc.record({ kind: kind('shorthand-rule'), span: at, head: stringNode, body: implied }),
        fc.record({ kind: kind('shorthand-rule'), span: at, head: stringNode, body: conditions }),
        fc.record({ kind: kind('shorthand-rule'), span: at, head: anyName, body: implied }),
      ),
    ),
  }),
);
const policy = few(statement).map((statements): PolicyNode => ({
  kind: 'policy',
  span,
  statements,
  comments: [],
}));

/** Returns a generator of numbers below `n`, the same in every run. */
function below(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const specimen = `
# a policy with a bit of everything
actor User {}
resource Repo {
  permissions = ["read", "push"];
  roles = ["reader"];
  relations = { owner: User, parent: Org };
  "read" if "reader";
  "push" if "member" on "parent";
}
type has_role(actor: User, role: String, repo: Repo);
allow(actor, action, resource) if has_permission(actor, action, resource);
has_role(user: User, "reader", repo: Repo{owner: user}) if
  repo.is_public = true and not user.banned or
  forall(x in user.teams, x.("name") != "it's \\"quoted\\"") and cut;
f([first, *rest], {a: 1, b}) if
  x := (1 + 2) * -3 and x matches [1, *_] and print(x) and
  y = new Foo(1, k: {type: 2}) and y.method(first, rest).field in [1.5e3, inf, nan,];
?= f([1], {a: 1, b: 2});
`;
const pieces =
  '( ) [ ] { } ; , . : := = == < in matches and or not if type new cut forall print debug resource actor " \' \\ # ? @ & ! - * 1 1. 1e x Foo "a" \n ?= :: 99999999999999999999 🐻 \u00a0 \ud800'.split(
    ' ',
  );

function mutated(seed: number): string {
  const pick = below(seed);
  let policyText = specimen;
  for (let i = pick(4); i >= 0; i--) {
    const from = pick(policyText.length);
    const to = Math.min(policyText.length, from + pick(pick(4) === 0 ? 200 : 6));
    const kept = [policyText.slice(0, from), policyText.slice(from, to), policyText.slice(to)] as const;
    const piece = pieces[pick(pieces.length)]!;
    const inserted = [piece, `${piece}${kept[1]}`, `${kept[1]}${kept[1]}`, '', ` ${piece} `, kept[1] + piece][
      pick(6)
    ]!;
    policyText = kept[0] + inserted + kept[2];
  }
  return policyText;
}

const readsBack = (tree: PolicyNode) => {
  const { policy: again, diagnostics } = parse(printPolicy(tree));
  expect(diagnostics.map(({ message, line, column }) => ({ message, line, column }))).toEqual([]);
  expect(shapeOf(again)).toEqual(shapeOf(tree));
};

describe('print', () => {
  it('writes a text that parses to the same tree', () => {
    fc.assert(fc.property(policy, readsBack), { numRuns: randomCases(1_000), seed: 27 });
  });
});

describe('parse', () => {
  it('reports the place of an error in 2,000 broken policies, and never throws', () => {
    let broken = 0;
    for (let seed = 0; seed < randomCases(2_000); seed++) {
      const policyText = mutated(seed);
      const { policy: tree, diagnostics } = parse(policyText);
      const starts = diagnostics.map(({ span: place }) => place!.start);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
      expect(starts.every((start) => start <= policyText.length)).toBe(true);
      if (diagnostics.length === 0) readsBack(tree);
      else broken++;
    }
    expect(broken).toBeGreaterThan(randomCases(1_000));
  });

  it('never throws for any text', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' }))), (parts) => {
        parse(parts.join(' '));
      }),
      { numRuns: randomCases(1_000), seed: 27 },
    );
  });
});
