import type {
  AssertionNode,
  NameNode,
  RuleNode,
  SetupNode,
  TermNode,
  TestFixtureNode,
  TestNode,
} from './ast.js';
import { asCondition, parseTerm } from './parse-term.js';
import { expectSemicolon, skipItem } from './recovery.js';
import { ReportedSyntaxError, type TokenCursor } from './token-cursor.js';

// Parses tests, which `nanook test` runs and a load ignores.

/** Returns whether `test "name"` comes next. `test` is not a reserved word, and can be the name of a rule. */
export const startsTest = (cursor: TokenCursor): boolean =>
  cursor.current.text === 'test' && cursor.is('name') && cursor.next.kind === 'string';

/** Returns whether `test fixture name` comes next. */
export const startsTestFixture = (cursor: TokenCursor): boolean =>
  cursor.current.text === 'test' &&
  cursor.is('name') &&
  cursor.next.text === 'fixture' &&
  !cursor.dialect.hasLegacySyntax;

/** Parses `test fixture name { has_role(…); }`. */
export function parseTestFixture(cursor: TokenCursor, parseRule: ParseRule): TestFixtureNode {
  const { start } = cursor.advance();
  cursor.advance();
  const name = cursor.expectName('the name of the fixture');
  cursor.isInTest = true;
  try {
    const rules = parseItems(cursor, 'the `}` of the fixture', () => parseFact(cursor, parseRule, 'fixture'));
    return { kind: 'test-fixture', span: cursor.spanFrom(start), name, rules };
  } finally {
    cursor.isInTest = false;
  }
}

const parseFact = (cursor: TokenCursor, parseRule: ParseRule, around: string): RuleNode =>
  cursor.is('name')
    ? parseRule(cursor)
    : cursor.fail(`a fact such as \`has_role(ann, "owner", note);\` or the \`}\` of the ${around}`);

/** Parses `fixture name;` in a setup. */
function parseFixtureUse(cursor: TokenCursor): NameNode {
  const first = cursor.advance();
  const name = cursor.expectName('the name of a fixture');
  expectSemicolon(cursor, first, '`;`', 'the use of a fixture');
  return name;
}

type ParseRule = (cursor: TokenCursor) => RuleNode;

/** Parses `test "name" { setup { … } assert …; assert_not …; }`. */
export function parseTest(cursor: TokenCursor, parseRule: ParseRule): TestNode {
  const { start } = cursor.current;
  cursor.advance();
  const name = cursor.expectString('the name of the test');
  cursor.isInTest = true;
  try {
    const items = parseItems(cursor, 'the `}` of the test', () => parseItem(cursor, parseRule));
    return { kind: 'test', span: cursor.spanFrom(start), name, items };
  } finally {
    cursor.isInTest = false;
  }
}

/** Parses items in braces. After an error, it continues with the next item. */
function parseItems<Item>(cursor: TokenCursor, end: string, parse: () => Item): Item[] {
  cursor.expect('{');
  const items: Item[] = [];
  while (!cursor.skip('}')) {
    if (cursor.is('end')) {
      cursor.reportUnexpected(end);
      break;
    }
    const first = cursor.current;
    try {
      cursor.startOver();
      items.push(parse());
    } catch (error) {
      if (!(error instanceof ReportedSyntaxError)) throw error;
      skipItem(cursor, first);
    }
  }
  return items;
}

function parseItem(cursor: TokenCursor, parseRule: ParseRule): SetupNode | AssertionNode {
  const first = cursor.current;
  const isNegated = first.text === 'assert_not';
  if (first.text === 'setup' && cursor.next.kind === '{') {
    cursor.advance();
    const facts = parseItems(cursor, 'the `}` of the setup', () =>
      cursor.current.text === 'fixture' && cursor.next.kind === 'name'
        ? parseFixtureUse(cursor)
        : parseFact(cursor, parseRule, 'setup'),
    );
    const fixtures = facts.filter((fact) => fact.kind === 'name');
    const rules = facts.filter((fact) => fact.kind === 'rule');
    return { kind: 'setup', span: cursor.spanFrom(first.start), fixtures, rules };
  }
  if (first.text !== 'assert' && !isNegated)
    return cursor.fail('`assert …;`, `assert_not …;`, `setup { … }` or the `}` of the test');
  cursor.advance();
  const term = parseAsserted(cursor);
  const values = isNegated ? undefined : parseValues(cursor);
  expectSemicolon(cursor, first, '`;` or `iff`', 'the assertion');
  return { kind: 'assertion', span: cursor.spanFrom(first.start), isNegated, term, values };
}

function parseAsserted(cursor: TokenCursor): TermNode {
  cursor.isInAssertion = true;
  try {
    return asCondition(cursor, parseTerm(cursor));
  } finally {
    cursor.isInAssertion = false;
  }
}

/** Parses `iff action in ["read", "edit"]` and `iff action = "read"`. */
function parseValues(cursor: TokenCursor): TermNode | undefined {
  if (cursor.current.text !== 'iff') return undefined;
  cursor.advance();
  const values = parseTerm(cursor);
  const isList = values.kind === 'in' && values.item.kind === 'variable' && values.collection.kind === 'list';
  if (!isList && (values.kind !== 'unify' || values.left.kind !== 'variable'))
    return cursor.fail('a variable and its values after `iff`, such as `iff action in ["read", "edit"]`');
  return values;
}
