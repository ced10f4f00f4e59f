import { spanOver } from '../diagnostics/span.js';
import type { Token } from './token.js';
import type {
  BlockItemNode,
  BlockNode,
  DictionaryDeclarationNode,
  FieldNode,
  GlobalBlockNode,
  ImpliedNode,
  ListDeclarationNode,
  NameNode,
  ShorthandRuleNode,
  StringNode,
  TermNode,
} from './ast.js';
import {
  asCondition,
  expectQuoted,
  isKey,
  parseTerm,
  reportDuplicateKeys,
  skipCommas,
} from './parse-term.js';
import { expectSemicolon, isAnyName, skipItem, startsStatement } from './recovery.js';
import { ReportedSyntaxError, type TokenCursor } from './token-cursor.js';

// Parses actor and resource blocks. The words in them are checked later, by policy/.

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
  const bases = parseBases(cursor);
  const items = parseItems(cursor, token);
  return { kind: 'block', span: cursor.spanFrom(token.start), keyword, className, bases, items };
}

/** Returns whether `global {` comes next. `global` is not a reserved word. */
export const startsGlobalBlock = (cursor: TokenCursor): boolean =>
  cursor.current.text === 'global' && cursor.next.kind === '{' && !cursor.dialect.hasLegacySyntax;

/** Parses `global { … }`. */
export function parseGlobalBlock(cursor: TokenCursor): GlobalBlockNode {
  const token = cursor.current;
  const keyword = cursor.expectName('`global`');
  const items = parseItems(cursor, token);
  return { kind: 'global-block', span: cursor.spanFrom(token.start), keyword, items };
}

/** Parses `extends File, Link` before the `{` of a block. */
function parseBases(cursor: TokenCursor): readonly NameNode[] {
  const bases: NameNode[] = [];
  if (cursor.current.text !== 'extends' || cursor.dialect.hasLegacySyntax) return bases;
  do {
    cursor.advance();
    if (bases.length > 0 && cursor.is('{')) break;
    bases.push(cursor.expectName('the name of a class'));
  } while (cursor.is(','));
  return bases;
}

/** Parses the declarations and rules of a block. @param token the token that started the block */
function parseItems(cursor: TokenCursor, token: Token): BlockItemNode[] {
  cursor.expect('{');
  const items: BlockItemNode[] = [];
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
  return items;
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

function parseItemOrSkip(cursor: TokenCursor): BlockItemNode | undefined {
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
  const { hasLegacySyntax } = cursor.dialect;
  const isAny = isAnyName(first) && !hasLegacySyntax;
  const head = isAny ? cursor.expectName('`role` or `permission`') : expectQuoted(cursor, 'a string');
  if (cursor.is(':') || cursor.is('=')) cursor.failForeign(cursor.spanOfToken(cursor.current), 'if');
  cursor.expect('if');
  const body = hasLegacySyntax ? parseLegacyCondition(cursor) : parseCondition(cursor);
  const isOpen = body.kind === 'implied' && !body.relation && !body.isGlobal;
  if (cursor.is(',')) cursor.failForeign(cursor.spanOfToken(cursor.current), 'and');
  expectSemicolon(cursor, first, isOpen ? '`;`, `on` or `and`' : '`;` or `and`', 'the rule');
  return { kind: 'shorthand-rule', span: cursor.spanFrom(first.start), head, body };
}

/** Parses a condition in which `"owner"` and `"owner" on "parent"` are conditions. */
function parseCondition(cursor: TokenCursor): TermNode {
  cursor.isInBlock = true;
  try {
    return asCondition(cursor, parseTerm(cursor));
  } finally {
    cursor.isInBlock = false;
  }
}

/** Parses `"owner"` or `"owner" on "parent"`, the only conditions of a block in oso. Any word is accepted instead of `on`. */
function parseLegacyCondition(cursor: TokenCursor): ImpliedNode {
  const { start } = cursor.current;
  const name = cursor.expectString('a string');
  const keyword = cursor.is('name') ? cursor.expectName('`on`') : undefined;
  const relation = keyword && cursor.expectString('the name of a relation, as a string');
  return { kind: 'implied', span: cursor.spanFrom(start), isGlobal: false, name, keyword, relation };
}
