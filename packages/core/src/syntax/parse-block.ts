import { spanOver } from '../diagnostics/span.js';
import type { Token } from './token.js';
import type {
  BlockNode,
  DictionaryDeclarationNode,
  FieldNode,
  ListDeclarationNode,
  NameNode,
  ShorthandRuleNode,
  StringNode,
} from './ast.js';
import { isKey, reportDuplicateKeys, skipCommas } from './parse-term.js';
import { expectSemicolon, skipItem, startsStatement } from './recovery.js';
import { ReportedSyntaxError, type TokenCursor } from './token-cursor.js';

// Parses actor and resource blocks. The words in them are checked later, by policy/.

type BlockItem = BlockNode['items'][number];

/** Parses `resource Name { … }`. The caller has checked that a name comes next, without a parenthesis after it. */
export function parseBlock(cursor: TokenCursor): BlockNode {
  const token = cursor.current;
  const first = cursor.expectName('`actor` or `resource`');
  const keyword = cursor.is('{') ? undefined : first;
  const className = keyword ? cursor.expectName('the name of a class') : first;
  if (cursor.is(';')) cursor.failForeign(cursor.spanOfToken(cursor.current), '{}');
  if (cursor.is(':') && cursor.next.kind === '{') {
    cursor.reportForeign(cursor.spanOfToken(cursor.current), '{');
    cursor.advance();
  }
  cursor.expect('{');
  const items: BlockItem[] = [];
  while (!cursor.is('}')) {
    if (skipRule(cursor, token)) continue;
    if (cursor.is('end') || (startsStatement(cursor) && cursor.current.indent <= token.indent)) {
      cursor.reportUnexpected('the `}` of the block');
      break;
    }
    const item = parseItemOrSkip(cursor);
    if (item) items.push(item);
  }
  cursor.skip('}');
  return { kind: 'block', span: cursor.spanFrom(token.start), keyword, className, items };
}

/** Reports an indented rule inside a block, and skips it. */
function skipRule(cursor: TokenCursor, block: Token): boolean {
  const { current, next } = cursor;
  if (current.kind !== 'name' || next.kind !== '(' || current.indent <= block.indent) return false;
  cursor.reportForeign(
    cursor.spanOfToken(current),
    undefined,
    'a block holds declarations and rules like `"a" if "b";`; write other rules after its `}`',
  );
  skipItem(cursor, current);
  return true;
}

function parseItemOrSkip(cursor: TokenCursor): BlockItem | undefined {
  const first = cursor.current;
  try {
    cursor.startOver();
    return cursor.is('string') || isUnquotedRule(cursor)
      ? parseShorthandRule(cursor)
      : parseDeclaration(cursor);
  } catch (error) {
    if (!(error instanceof ReportedSyntaxError)) throw error;
    skipItem(cursor, first);
    return undefined;
  }
}

/** `read if "owner";` for `"read" if "owner";` */
const isUnquotedRule = (cursor: TokenCursor): boolean => cursor.is('name') && cursor.next.kind === 'if';

/** Parses a string. A bare name is reported and read as a string. */
function expectQuoted(cursor: TokenCursor, expected: string): StringNode {
  if (!cursor.is('name')) return cursor.expectString(expected);
  const { name, span } = cursor.expectName(expected);
  cursor.reportForeign(span, JSON.stringify(name), 'a role, a permission or a relation is a string here');
  return { kind: 'string', span, value: name };
}

/** Parses the `=` of a declaration. */
function expectEquals(cursor: TokenCursor, name: NameNode): void {
  if (cursor.is(':') || cursor.is(':=')) {
    cursor.reportForeign(cursor.spanOfToken(cursor.current), '=');
    cursor.advance();
  } else if (cursor.is('name')) {
    const what = name.name.replace(/s?$/, 's');
    const example =
      what === 'relations' ? `{ ${cursor.current.text}: SomeType }` : `["${cursor.current.text}"]`;
    const span = spanOver(name.span, cursor.spanOfToken(cursor.current));
    cursor.failForeign(span, `${what} = ${example};`);
  } else cursor.expect('=');
}

function parseDeclaration(cursor: TokenCursor): ListDeclarationNode | DictionaryDeclarationNode {
  const first = cursor.current;
  const name = cursor.expectName('a declaration, a rule like `"a" if "b";` or `}`');
  expectEquals(cursor, name);
  if (cursor.is('{')) {
    const fields = parseRelations(cursor);
    expectSemicolon(cursor, first, '`;`', 'the declaration');
    return { kind: 'dictionary-declaration', span: cursor.spanFrom(first.start), name, fields };
  }
  const items = parseStrings(cursor);
  expectSemicolon(cursor, first, '`;`', 'the declaration');
  return { kind: 'list-declaration', span: cursor.spanFrom(first.start), name, items };
}

function parseStrings(cursor: TokenCursor): readonly StringNode[] {
  cursor.expect('[', 'a list of strings or a dictionary of relations');
  const items: StringNode[] = [];
  while (!cursor.is(']')) {
    items.push(expectQuoted(cursor, 'a string'));
    if (!skipCommas(cursor)) break;
  }
  cursor.expect(']', '`,` or `]`');
  return items;
}

function parseRelations(cursor: TokenCursor): readonly FieldNode<NameNode>[] {
  cursor.expect('{');
  const fields: FieldNode<NameNode>[] = [];
  while (!cursor.is('}')) {
    if (cursor.next.kind === ':') {
      if (!isKey(cursor.current)) cursor.failName('the name of a relation');
      const token = cursor.advance();
      cursor.advance();
      if (cursor.is('string')) {
        const { text } = cursor.current;
        cursor.reportForeign(
          cursor.spanOfToken(cursor.current),
          text,
          'the type of a relation has no quotes',
        );
        cursor.readAs('name');
        cursor.renameCurrent(text);
      }
      const value = cursor.expectName('the name of a class');
      fields.push({ key: token.text, keySpan: cursor.spanOfToken(token), value });
    } else {
      const name = cursor.expectName('the name of a relation');
      fields.push({ key: name.name, keySpan: name.span, value: name });
    }
    if (!skipCommas(cursor)) break;
  }
  cursor.expect('}', '`,` or `}`');
  reportDuplicateKeys(cursor, fields);
  return fields;
}

function parseShorthandRule(cursor: TokenCursor): ShorthandRuleNode {
  const first = cursor.current;
  failAtRoleVariable(cursor);
  const head = expectQuoted(cursor, 'a string');
  if (cursor.is(':') || cursor.is('=')) cursor.failForeign(cursor.spanOfToken(cursor.current), 'if');
  cursor.expect('if');
  failAtCondition(cursor);
  failAtGlobalRole(cursor, head);
  const implier = expectQuoted(cursor, 'a string');
  failAtJunction(cursor, head);
  let keyword: NameNode | undefined;
  let relation: StringNode | undefined;
  if (cursor.is('in')) cursor.failForeign(cursor.spanOfToken(cursor.current), 'on');
  if (cursor.is('name') && cursor.next.kind !== '=') {
    keyword = cursor.expectName('`on`');
    relation = expectQuoted(cursor, 'the name of a relation, as a string');
    failAtJunction(cursor, head);
  }
  expectSemicolon(cursor, first, relation ? '`;`' : '`;` or `on`', 'the rule');
  return { kind: 'shorthand-rule', span: cursor.spanFrom(first.start), head, implier, keyword, relation };
}

/** Reports `role if role on "parent"` of Oso Cloud, a rule for all roles at once. */
function failAtRoleVariable(cursor: TokenCursor): void {
  const { current } = cursor;
  if (current.kind === 'name' && current.text === 'role')
    cursor.failForeign(
      cursor.spanOfToken(current),
      undefined,
      'write a rule for each role, such as `"owner" if "owner" on "parent";`',
    );
}

/** Reports `"owner" if global "admin"` of Oso Cloud. */
function failAtGlobalRole(cursor: TokenCursor, { value }: StringNode): void {
  const { current, next } = cursor;
  if (current.kind === 'name' && current.text === 'global' && next.kind === 'string')
    cursor.failForeign(
      cursor.spanOfToken(current),
      undefined,
      `write a rule after the block that reads the actor, such as \`has_role(user: User, "${value}", _: …) if user.isAdmin;\``,
    );
}

/** Reports a condition where a block accepts only the name of a role, a permission or a relation. */
function failAtCondition(cursor: TokenCursor): void {
  const { current, next } = cursor;
  const isCondition =
    current.kind === 'not' || (current.kind === 'name' && (next.kind === '(' || next.kind === '.'));
  if (!isCondition) return;
  cursor.failForeign(
    cursor.spanOfToken(current),
    undefined,
    'in a block, `if` is followed by a role, a permission or a relation; write another condition in a rule after the block, such as `has_permission(user: User, "read", resource: …) if …;`',
  );
}

/** Reports `"read" if "a" or "b"`: a rule of a block has one condition. */
function failAtJunction(cursor: TokenCursor, { value }: StringNode): void {
  const { current } = cursor;
  const word = current.text.toLowerCase();
  if (word === 'or' || current.kind === ',')
    cursor.failForeign(
      cursor.spanOfToken(current),
      undefined,
      `in a block, write a rule for each: \`"${value}" if …;\``,
    );
  if (word === 'and')
    cursor.failForeign(
      cursor.spanOfToken(current),
      undefined,
      'a rule of a block has one condition; join conditions in a rule after the block, such as `has_permission(user: User, "read", resource: …) if … and …;`',
    );
}
