import type {
  BlockNode,
  DictionaryDeclarationNode,
  FieldNode,
  ListDeclarationNode,
  NameNode,
  ShorthandRuleNode,
  StringNode,
} from './ast.js';
import { isKey, reportDuplicateKeys } from './parse-term.js';
import { expectSemicolon, skipItem, startsStatement } from './recovery.js';
import { SyntaxFault, type TokenCursor } from './token-cursor.js';

// Actor and resource blocks. What the words in them mean is checked later; here only their form is.

type BlockItem = BlockNode['items'][number];

/** `resource Name { … }`; the caller has seen that a name is next and no parenthesis follows. */
export function parseBlock(cursor: TokenCursor): BlockNode {
  const token = cursor.current;
  const first = cursor.expectName('`actor` or `resource`');
  const keyword = cursor.is('{') ? undefined : first;
  const className = keyword ? cursor.expectName('the name of a class') : first;
  cursor.expect('{');
  const items: BlockItem[] = [];
  while (!cursor.is('}')) {
    if (cursor.is('end') || (startsStatement(cursor) && cursor.current.indent <= token.indent)) {
      cursor.reportUnexpected('`}`');
      break;
    }
    const item = parseItemOrSkip(cursor);
    if (item) items.push(item);
  }
  cursor.skip('}');
  return { kind: 'block', span: cursor.spanFrom(token.start), keyword, className, items };
}

function parseItemOrSkip(cursor: TokenCursor): BlockItem | undefined {
  const first = cursor.current;
  try {
    cursor.startOver();
    return cursor.is('string') ? parseShorthandRule(cursor) : parseDeclaration(cursor);
  } catch (fault) {
    if (!(fault instanceof SyntaxFault)) throw fault;
    skipItem(cursor, first);
    return undefined;
  }
}

function parseDeclaration(cursor: TokenCursor): ListDeclarationNode | DictionaryDeclarationNode {
  const first = cursor.current;
  const name = cursor.expectName('a declaration, a rule like `"a" if "b";` or `}`');
  cursor.expect('=');
  if (cursor.is('{')) {
    const fields = parseRelations(cursor);
    expectSemicolon(cursor, first, '`;`');
    return { kind: 'dictionary-declaration', span: cursor.spanFrom(first.start), name, fields };
  }
  const items = parseStrings(cursor);
  expectSemicolon(cursor, first, '`;`');
  return { kind: 'list-declaration', span: cursor.spanFrom(first.start), name, items };
}

function parseStrings(cursor: TokenCursor): readonly StringNode[] {
  cursor.expect('[', 'a list of strings or a dictionary of relations');
  const items: StringNode[] = [];
  while (!cursor.is(']')) {
    items.push(cursor.expectString('a string'));
    if (!cursor.skip(',')) break;
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
      const value = cursor.expectName('the name of a class');
      fields.push({ key: token.text, keySpan: cursor.spanOfToken(token), value });
    } else {
      const name = cursor.expectName('the name of a relation');
      fields.push({ key: name.name, keySpan: name.span, value: name });
    }
    if (!cursor.skip(',')) break;
  }
  cursor.expect('}', '`,` or `}`');
  reportDuplicateKeys(cursor, fields);
  return fields;
}

function parseShorthandRule(cursor: TokenCursor): ShorthandRuleNode {
  const first = cursor.current;
  const head = cursor.expectString('a string');
  cursor.expect('if');
  const implier = cursor.expectString('a string');
  let keyword: NameNode | undefined;
  let relation: StringNode | undefined;
  if (cursor.is('name') && cursor.next.kind !== '=') {
    keyword = cursor.expectName('`on`');
    relation = cursor.expectString('the name of a relation, as a string');
  }
  expectSemicolon(cursor, first, relation ? '`;`' : '`;` or `on`');
  return { kind: 'shorthand-rule', span: cursor.spanFrom(first.start), head, implier, keyword, relation };
}
