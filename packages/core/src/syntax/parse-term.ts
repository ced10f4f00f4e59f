import type { Span } from '../diagnostics/span.js';
import { spanOf, spanOver, textOf } from '../diagnostics/span.js';
import type {
  ArithmeticOperator,
  DictionaryNode,
  DictionaryPatternNode,
  FieldNode,
  ImpliedNode,
  InNode,
  InstancePatternNode,
  ListNode,
  ListPatternNode,
  LiteralNode,
  LookupNode,
  MethodCallNode,
  NameNode,
  ParameterNode,
  PatternNode,
  PatternOrTermNode,
  StringNode,
  TermNode,
  VariableNode,
} from './ast.js';
import { noFields } from './ast.js';
import { currentTimeName } from '../internal/current-time.js';
import { currentTimeNode } from './current-time.js';
import { foreignInfix, foreignPrefix } from './foreign.js';
import { Level, operatorLevels } from './level.js';
import { isName } from './lexer.js';
import { maxParameters } from './limits.js';
import { isKeyWord, type Token } from './token.js';
import { isAnyName, startsStatement } from './recovery.js';
import type { TokenCursor } from './token-cursor.js';

// The grammar of terms and patterns. Operators are parsed by their level (level.ts), and every other production by one function.
// Terms and patterns contain each other, so they are in one file. A span reaches from the first token of the first operand, with
// its parentheses, to the last token; parentheses around a whole term belong to no span.

type ParseOperand = (cursor: TokenCursor) => TermNode;

// ── operators ──

/** Parses a term whose operators, outside parentheses, bind at least as tightly as `loosest`. */
export function parseTerm(
  cursor: TokenCursor,
  loosest: number = Level.or,
  parseOperand: ParseOperand = parseLookup,
): TermNode {
  cursor.enter();
  const { start } = cursor.current;
  if (cursor.is('name') && isForeignNot(cursor)) {
    cursor.reportForeign(cursor.spanOfToken(cursor.current), 'not');
    cursor.readAs('not');
  }
  const isNegation = cursor.is('not') && loosest <= Level.not;
  let term = isNegation ? parseNegation(cursor) : parseOperand(cursor);
  for (;;) {
    if (cursor.is('name')) readForeignInfix(cursor);
    const level = operatorLevels[cursor.kind];
    if (level === undefined || level < loosest) break;
    term = parseOperator(cursor, level, start, term, parseOperand);
  }
  cursor.leave();
  return term;
}

/** `NOT x`, and `NOT(x)`, which is not a call. */
function isForeignNot(cursor: TokenCursor): boolean {
  const { text } = cursor.current;
  if (text.toLowerCase() !== 'not') return false;
  return cursor.next.kind === 'name' || cursor.next.kind === '(';
}

/**
 * Reports `AND`, `is`, `contains` and other foreign words between two operands, and reads them as the operator of Polar if there is
 * one.
 */
function readForeignInfix(cursor: TokenCursor): void {
  const { current, next } = cursor;
  const word = current.text.toLowerCase();
  if (word === 'and' || word === 'or' || word === 'in' || word === 'matches') {
    if (next.kind === '(' && current.startsLine && word === 'in') return;
    cursor.reportForeign(cursor.spanOfToken(current), word);
    cursor.readAs(word);
    return;
  }
  const foreign = current.startsLine ? undefined : foreignInfix.get(word);
  if (foreign === undefined) return;
  if (word === 'is' && next.kind === 'not') {
    cursor.reportForeign(spanOver(cursor.spanOfToken(current), cursor.spanOfToken(next)), '!=');
    cursor.advance();
    cursor.readAs('!=');
    return;
  }
  if (foreign.instead === undefined) cursor.failForeign(cursor.spanOfToken(current), undefined, foreign.note);
  cursor.reportForeign(cursor.spanOfToken(current), foreign.instead);
  cursor.readAs(foreign.instead);
}

function parseNegation(cursor: TokenCursor): TermNode {
  const { start } = cursor.advance();
  if (cursor.is('not')) cursor.fail('something to negate (`not` cannot be repeated)');
  const operand = asCondition(cursor, parseTerm(cursor, Level.unify));
  return { kind: 'not', span: cursor.spanFrom(start), operand };
}

/** Parses the operator at the cursor and its right operand. */
function parseOperator(
  cursor: TokenCursor,
  level: number,
  start: number,
  left: TermNode,
  parseOperand: ParseOperand,
): TermNode {
  const { kind } = cursor.current;
  switch (kind) {
    case 'or':
    case 'and':
      return parseJunction(cursor, kind, start, left);
    case ':=':
      return parseAssignment(cursor, start, left);
    case '=':
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (kind === '=' && cursor.isFollowedBy('>')) {
        const arrow = spanOver(cursor.spanOfToken(cursor.current), cursor.spanOfToken(cursor.next));
        cursor.failForeign(
          arrow,
          undefined,
          'to compare write `>=`; for the items of a list write `item in list and …`',
        );
      }
      if ((left.kind === 'unify' || left.kind === 'compare') && isBare(cursor, start, left))
        reportChain(cursor);
      else asValue(cursor, left);
      cursor.advance();
      const right = asValue(cursor, parseTerm(cursor, level + 1, parseOperand));
      const span = cursor.spanFrom(start);
      if (kind === '=') return { kind: 'unify', span, left, right };
      return { kind: 'compare', span, operator: kind, left, right };
    }
    case 'in':
    case 'matches':
      return parseMembership(cursor, kind, start, left, parseOperand);
    default:
      return parseArithmetic(cursor, level, start, left, parseOperand);
  }
}

/** Parses `a or b or c`, and `a and b and c`. */
function parseJunction(cursor: TokenCursor, kind: 'or' | 'and', start: number, left: TermNode): TermNode {
  const operands = [asCondition(cursor, left)];
  while (cursor.skip(kind)) {
    operands.push(asCondition(cursor, parseTerm(cursor, kind === 'or' ? Level.and : Level.not)));
  }
  // A last operand of the same kind in parentheses joins the list, as in oso; a `cut` in it then applies to the whole body.
  const last = operands.at(-1)!;
  const flat = last.kind === kind ? operands.slice(0, -1).concat(last.operands) : operands;
  return { kind, span: cursor.spanFrom(start), operands: flat };
}

function parseAssignment(cursor: TokenCursor, start: number, left: TermNode): TermNode {
  if (left.kind !== 'variable' || !isBare(cursor, start, left)) {
    const data = {
      found: `\`${cursor.quote(cursor.spanFrom(start))}\``,
      expected: 'a variable alone on the left of `:=` (to compare, write `=`)',
    };
    cursor.failWith('POLAR_PARSE_UNEXPECTED_TOKEN', data, cursor.spanFrom(start));
  }
  cursor.advance();
  const value = asValue(cursor, parseTerm(cursor, Level.compare));
  return { kind: 'assign', span: cursor.spanFrom(start), variable: left, value };
}

function parseMembership(
  cursor: TokenCursor,
  kind: 'in' | 'matches',
  start: number,
  left: TermNode,
  parseOperand: ParseOperand,
): TermNode {
  if ((left.kind === 'in' || left.kind === 'matches') && isBare(cursor, start, left)) reportChain(cursor);
  else asValue(cursor, left);
  cursor.advance();
  if (kind === 'in') {
    const collection = asValue(cursor, parseOperand(cursor));
    return { kind, span: cursor.spanFrom(start), item: left, collection };
  }
  const pattern = parsePattern(cursor);
  return { kind, span: cursor.spanFrom(start), value: left, pattern };
}

function parseArithmetic(
  cursor: TokenCursor,
  level: number,
  start: number,
  left: TermNode,
  parseOperand: ParseOperand,
): TermNode {
  const operator = cursor.kind as ArithmeticOperator;
  const isBareLeft = isBare(cursor, start, left);
  cursor.advance();
  const { start: rightStart } = cursor.current;
  const right = parseTerm(cursor, level + 1, parseOperand);
  const isBareRight = isBare(cursor, rightStart, right);
  const span = cursor.spanFrom(start);
  const term = (l: TermNode, r: TermNode, at: Span): TermNode => ({
    kind: 'arithmetic',
    span: at,
    operator,
    left: asValue(cursor, l),
    right: asValue(cursor, r),
  });
  // Reports arithmetic beside `in`, which binds tighter than most readers expect. The intended term is clear, so parsing continues
  // with it.
  if (left.kind === 'in' && isBareLeft) {
    const collection = term(
      left.collection,
      right,
      spanOf(cursor.source, left.collection.span.start, span.end),
    );
    reportTight(cursor, 'in', operator, left.span, regrouped(cursor, span, collection.span));
    return { ...left, span, collection };
  }
  if (right.kind === 'in' && isBareRight) {
    const item = term(left, right.item, spanOf(cursor.source, start, right.item.span.end));
    reportTight(cursor, 'in', operator, right.span, regrouped(cursor, span, item.span));
    return { ...right, span, item };
  }
  if (right.kind === 'matches' && isBareRight) {
    const value = term(left, right.value, spanOf(cursor.source, start, right.value.span.end));
    reportTight(cursor, 'matches', operator, right.span, regrouped(cursor, span, value.span));
    return { ...right, span, value };
  }
  return term(left, right, span);
}

/** Returns true if a term, parsed from `start` up to the cursor, has no parentheses around it. */
const isBare = (cursor: TokenCursor, start: number, term: TermNode): boolean =>
  term.span.start === start && term.span.end === cursor.previous?.end;

const reportChain = (cursor: TokenCursor): void =>
  cursor.report(
    'POLAR_PARSE_CHAINED_COMPARISON',
    { operator: cursor.kind },
    cursor.spanOfToken(cursor.current),
  );

function reportTight(
  cursor: TokenCursor,
  operator: string,
  outer: string,
  span: Span,
  instead: string,
): void {
  cursor.report('POLAR_PARSE_PARENTHESES_NEEDED', { operator, outer, instead }, span);
}

/** Returns the text of a span with parentheses around a part of it. In a long text, `…` replaces the rest. */
function regrouped(cursor: TokenCursor, { start, end }: Span, part: Span): string {
  const { text } = cursor.source;
  const isShort = end - start <= 80;
  const slice = (from: number, to: number): string =>
    isShort ? text.slice(from, to) : from < to ? ' … ' : '';
  const parts = [slice(start, part.start), '(', slice(part.start, part.end), ')', slice(part.end, end)];
  return parts.join('').replace(/\s+/gu, ' ').trim();
}

// ── operands ──

/** Parses `object.name`, `object.method(…)` and `object.(key)`. */
function parseLookup(cursor: TokenCursor): TermNode {
  const start = cursor.current.start;
  const object = parseLookupTail(cursor, start, parsePrimary(cursor));
  if (cursor.is('not') && cursor.next.kind === 'in') {
    // Reports `x not in y` of other languages, and continues with `x in y`.
    const item = cursor.quote(cursor.spanFrom(start));
    const span = spanOver(cursor.spanOfToken(cursor.current), cursor.spanOfToken(cursor.next));
    const data = { found: `${item} not in`, instead: `not ${item} in`, note: undefined };
    cursor.report('POLAR_PARSE_FOREIGN_SYNTAX', data, span);
    cursor.advance();
  }
  return object;
}

function parseLookupTail(cursor: TokenCursor, start: number, first: TermNode): TermNode {
  let object = first;
  failAtIndex(cursor);
  while (cursor.skip('.')) {
    asValue(cursor, object);
    object = cursor.is('(') ? parseKeyedLookup(cursor, start, object) : parseMember(cursor, start, object);
    failAtIndex(cursor);
  }
  return object;
}

/** Reports `user["id"]` and `list[0]`. With a space before the bracket, another part is missing. */
function failAtIndex(cursor: TokenCursor): void {
  const { current, previous, source } = cursor;
  if (current.kind !== '[' || previous?.end !== current.start || previous.kind === '[') return;
  const isAfterTerm = previous.kind === 'name' || previous.kind === ')' || previous.kind === ']';
  if (!isAfterTerm) return;
  // The single quotes of `user['id']` are part of the mistake, and another line is not.
  const [index = ''] = /^\[[^\]\r\n]*\]/u.exec(source.text.slice(current.start)) ?? [];
  const end = current.start + index.length;
  if (index !== '') cursor.forgive(current.start, end);
  const span =
    index !== '' && index.length < 40 ? spanOf(source, current.start, end) : cursor.spanOfToken(current);
  cursor.failForeign(
    span,
    undefined,
    'an attribute is read with `object.name` or `object.("name")`; items of a list with `item in list` or `[first, *_] = list`',
  );
}

function parseKeyedLookup(cursor: TokenCursor, start: number, object: TermNode): LookupNode {
  cursor.advance();
  if (!cursor.is('name') && !cursor.is('string')) cursor.failName('a variable or a string');
  const token = cursor.advance();
  const key = token.kind === 'name' ? variableOf(cursor, token) : literalOf(cursor, token, token.text);
  cursor.expect(')');
  return { kind: 'lookup', span: cursor.spanFrom(start), object, key };
}

function parseMember(cursor: TokenCursor, start: number, object: TermNode): LookupNode | MethodCallNode {
  const isEnd = cursor.is('end') || (cursor.current.startsLine && startsStatement(cursor));
  if (isEnd)
    cursor.failForeign(cursor.spanOfToken(cursor.previous!), ';', 'a rule does not end with a full stop');
  if (!isKey(cursor.current)) cursor.failName('the name of an attribute or method');
  const token = cursor.advance();
  const keySpan = cursor.spanOfToken(token);
  if (!cursor.is('(')) {
    const key: LiteralNode = { kind: 'literal', span: keySpan, value: token.text };
    return { kind: 'lookup', span: cursor.spanFrom(start), object, key };
  }
  const { args, keywords } = parseArguments(cursor);
  const span = cursor.spanFrom(start);
  return { kind: 'method-call', span, object, method: token.text, methodSpan: keySpan, args, keywords };
}

function parsePrimary(cursor: TokenCursor): TermNode {
  const implied = cursor.isInBlock ? findImplied(cursor) : undefined;
  if (implied) return implied;
  const literal = findLiteral(cursor);
  if (literal) return literal;
  const token = cursor.current;
  switch (token.kind) {
    case 'name': {
      if (cursor.next.kind === '(') return parseCall(cursor);
      if (token.text === currentTimeName) return currentTimeNode(cursor.spanOfToken(cursor.advance()));
      if (startsEntity(cursor)) return parseEntity(cursor);
      const note = cursor.next.kind === 'name' ? foreignPrefix.get(token.text) : undefined;
      if (note !== undefined) cursor.failForeign(cursor.spanOfToken(token), undefined, note);
      return variableOf(cursor, cursor.advance());
    }
    case 'if':
      return cursor.failForeign(
        cursor.spanOfToken(token),
        undefined,
        'a rule has one `if`, after its head; write a rule for each case',
      );
    case '(': {
      cursor.advance();
      const term = parseTerm(cursor);
      if (cursor.is(','))
        cursor.failForeign(
          cursor.spanOfToken(cursor.current),
          undefined,
          'a list is in brackets: `[first, second]`; conditions are joined with `and`',
        );
      cursor.expect(')');
      return term;
    }
    case '[':
      return parseList(cursor);
    case '{':
      return parseDictionary(cursor);
    case 'print':
    case 'debug':
      return parsePrint(cursor, token.kind);
    case 'cut':
      cursor.advance();
      return { kind: 'cut', span: cursor.spanOfToken(token) };
    case 'forall':
      return parseForall(cursor);
    case '-':
      if (cursor.next.kind === 'name') {
        // A minus comes only before a number; parsing continues without it.
        const span = spanOver(cursor.spanOfToken(token), cursor.spanOfToken(cursor.next));
        cursor.reportForeign(span, `0 - ${cursor.next.text}`);
        cursor.advance();
        return parsePrimary(cursor);
      }
      return cursor.fail('a value or a condition');
    case 'in':
    case '.':
    case 'new':
      if (cursor.dialect.hasLegacySyntax && cursor.next.kind === '(') return parsePrefix(cursor);
      return token.kind === 'new' ? parseNew(cursor) : cursor.failName('a value or a condition');
    case 'type':
    case 'matches':
    case 'mod':
    case 'rem':
      // The word is probably meant as the name of a variable.
      return cursor.failName('a value or a condition');
    default:
      return cursor.fail('a value or a condition');
  }
}

/** Parses a number with its sign, a string or a boolean; undefined, without reading a token, if there is none. */
function findLiteral(cursor: TokenCursor): LiteralNode | undefined {
  const token = cursor.current;
  const unsigned = numberOf(token);
  if (unsigned !== undefined) return literalOf(cursor, cursor.advance(), unsigned);
  switch (token.kind) {
    case 'string':
      return literalOf(cursor, cursor.advance(), token.text);
    case 'true':
    case 'false':
      return literalOf(cursor, cursor.advance(), token.kind === 'true');
    case '+':
    case '-': {
      const number = numberOf(cursor.next);
      if (number === undefined) return undefined;
      cursor.advance();
      const isInteger = /^\d+$/u.test(cursor.advance().text);
      const value = token.kind === '+' || (number === 0 && isInteger) ? number : -number;
      return { kind: 'literal', span: cursor.spanFrom(token.start), value };
    }
    default:
      return undefined;
  }
}

function numberOf(token: Token): number | undefined {
  if (token.kind === 'number') return token.number;
  if (token.kind === 'inf') return Infinity;
  return token.kind === 'nan' ? NaN : undefined;
}

const literalOf = (cursor: TokenCursor, token: Token, value: number | string | boolean): LiteralNode => ({
  kind: 'literal',
  span: cursor.spanOfToken(token),
  value,
});

const variableOf = (cursor: TokenCursor, token: Token): VariableNode => ({
  kind: 'variable',
  span: cursor.spanOfToken(token),
  name: token.text,
});

/** Returns whether `User{"ann"}` comes next. In a test, any brace after a name starts the key of an object. */
function startsEntity(cursor: TokenCursor): boolean {
  const { next, source, dialect, isInTest } = cursor;
  if (next.kind !== '{') return false;
  return isInTest || (!dialect.hasLegacySyntax && startsKey.test(source.text.slice(next.end, next.end + 40)));
}

const startsKey = /^\s*(?:["\d]|[-+]\d|(?:true|false)\s*\})/;

/** The built-in types whose values can be written like an object: `Integer{1}`, `Boolean{true}`. */
const writtenTypes: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Integer: Number.isInteger,
  Float: (value) => typeof value === 'number',
};

/** Parses `User{"ann"}`, an object that the policy itself names, or `Integer{1}`, a value with its type. */
function parseEntity(cursor: TokenCursor): VariableNode | LiteralNode {
  const { start, text: type } = cursor.advance();
  cursor.advance();
  const { value: id, span: keySpan } = findLiteral(cursor) ?? {};
  const hasType = Object.hasOwn(writtenTypes, type) ? writtenTypes[type] : undefined;
  const isRight = hasType === undefined ? typeof id === 'string' || typeof id === 'number' : hasType(id);
  if (id === undefined || keySpan === undefined || !isRight)
    return cursor.fail(
      hasType ? `a value of the type ${type}` : `the key of the object, such as \`${type}{"1"}\``,
    );
  cursor.expect('}');
  const span = cursor.spanFrom(start);
  const written = `${type}{${textOf(keySpan)}}`;
  if (hasType !== undefined || typeof id === 'boolean') return { kind: 'literal', span, value: id, written };
  return {
    kind: 'variable',
    span,
    name: written,
    entity: { type, id },
  };
}

function parseCall(cursor: TokenCursor): TermNode {
  const token = cursor.advance();
  const { args, keywords } = parseArguments(cursor);
  const span = cursor.spanFrom(token.start);
  return {
    kind: 'call',
    span,
    predicate: token.text,
    predicateSpan: cursor.spanOfToken(token),
    args,
    keywords,
  };
}

/** Parses the prefix forms `in(item, list)`, `.(object, "name", result)` and `new(call, result)` of legacy syntax. */
function parsePrefix(cursor: TokenCursor): TermNode {
  const { start, kind } = cursor.advance();
  cursor.expect('(');
  const args: TermNode[] = [];
  while (!cursor.is(')')) {
    args.push(parseTerm(cursor));
    if (!cursor.skip(',')) break;
  }
  cursor.expect(')');
  const span = cursor.spanFrom(start);
  const [first, second, third] = args;
  if (kind === 'in' && first && second && args.length === 2)
    return { kind: 'in', span, item: first, collection: second };
  const isKeyed = second?.kind === 'variable' || second?.kind === 'literal';
  if (kind === '.' && first && isKeyed && third && args.length === 3)
    return { kind: 'unify', span, left: { kind: 'lookup', span, object: first, key: second }, right: third };
  return cursor.failName('a value or a condition');
}

function parseNew(cursor: TokenCursor): TermNode {
  const { start } = cursor.advance();
  const { name, span: classSpan } = cursor.expectName('the name of a class');
  const { args, keywords } = parseArguments(cursor);
  return { kind: 'new', span: cursor.spanFrom(start), className: name, classSpan, args, keywords };
}

function parsePrint(cursor: TokenCursor, kind: 'print' | 'debug'): TermNode {
  const { start } = cursor.advance();
  cursor.expect('(');
  const args: TermNode[] = [];
  while (!cursor.is(')')) {
    args.push(asValue(cursor, parseTerm(cursor)));
    if (!cursor.skip(',')) break;
  }
  cursor.expect(')', args.length === 0 ? 'a value or `)`' : '`,` or `)`');
  return { kind, span: cursor.spanFrom(start), args };
}

function parseForall(cursor: TokenCursor): TermNode {
  const { start } = cursor.advance();
  cursor.expect('(');
  const condition = asCondition(cursor, parseTerm(cursor));
  cursor.expect(',', '`,` and the second condition of `forall`');
  const action = asCondition(cursor, parseTerm(cursor));
  cursor.expect(')');
  return { kind: 'forall', span: cursor.spanFrom(start), condition, action };
}

/**
 * Copies an array to its exact length. An array that grew by `push` has room for 17 items, which is 5 % of the memory of a policy
 * of flat rules.
 */
const withoutSlack = <Item>(items: readonly Item[]): readonly Item[] => items.slice();

/** Parses `(a, b, key: c)`. A comma may follow the last keyword argument, but not the last positional one. */
function parseArguments(cursor: TokenCursor): { args: readonly TermNode[]; keywords: readonly FieldNode[] } {
  cursor.expect('(');
  const args: TermNode[] = [];
  const keywords: FieldNode[] = [];
  if (cursor.skip(')')) return { args, keywords };
  do {
    if (keywords.length > 0 && cursor.is(')')) break;
    if (args.length > 0 && cursor.is(')')) {
      cursor.reportForeign(
        cursor.spanOfToken(cursor.previous!),
        ')',
        'no comma comes after the last argument',
      );
      break;
    }
    if (cursor.isInAssertion && cursor.is('name') && cursor.next.kind === ':') args.push(parseTyped(cursor));
    else if (isKey(cursor.current) && cursor.next.kind === ':')
      keywords.push(parseField(cursor, (c) => parseTerm(c)));
    else if (keywords.length > 0) cursor.fail('a keyword argument: positional ones come first');
    else args.push(asValue(cursor, parseTerm(cursor)));
  } while (cursor.skip(','));
  cursor.expect(')', '`,` or `)`');
  reportDuplicateKeys(cursor, keywords);
  return { args: withoutSlack(args), keywords: keywords.length === 0 ? noFields : keywords };
}

/** Parses `action: String` in an assertion. */
function parseTyped(cursor: TokenCursor): VariableNode {
  const { start, text: name } = cursor.advance();
  cursor.advance();
  const type = cursor.expectName('the name of a type');
  return { kind: 'variable', span: cursor.spanFrom(start), name, type };
}

function parseList(cursor: TokenCursor): ListNode {
  const { start } = cursor.current;
  const { items, rest } = parseItems(cursor, (c) => asValue(c, parseTerm(c, Level.sum)));
  return { kind: 'list', span: cursor.spanFrom(start), items, rest };
}

/** Parses `[a, b, *rest]`. A comma may follow the last item, but nothing follows the rest. */
function parseItems<Item>(
  cursor: TokenCursor,
  parseItem: (cursor: TokenCursor) => Item,
): { readonly items: readonly Item[]; readonly rest: VariableNode | undefined } {
  cursor.expect('[');
  const items: Item[] = [];
  let rest: VariableNode | undefined;
  while (!cursor.is(']')) {
    if (cursor.skip('*')) {
      if (!cursor.is('name')) cursor.failName('the variable that takes the rest of the list');
      rest = variableOf(cursor, cursor.advance());
      break;
    }
    items.push(parseItem(cursor));
    if (!skipCommas(cursor)) break;
  }
  cursor.expect(']', rest ? '`]`: the rest comes last' : '`,` or `]`');
  return { items, rest };
}

/** Skips a comma, and in legacy syntax several of them. */
export function skipCommas(cursor: TokenCursor): boolean {
  if (!cursor.skip(',')) return false;
  if (cursor.dialect.hasLegacySyntax) while (cursor.skip(','));
  return true;
}

function parseDictionary(cursor: TokenCursor): DictionaryNode {
  const { start } = cursor.current;
  const fields = parseFields(cursor, (c) => parseTerm(c, Level.compare));
  return { kind: 'dictionary', span: cursor.spanFrom(start), fields };
}

/** Parses `{key: value, name}`, where `{name}` is `{name: name}`. */
function parseFields<Value extends PatternOrTermNode>(
  cursor: TokenCursor,
  parseValue: (cursor: TokenCursor) => Value,
): FieldNode<Value | VariableNode>[] {
  cursor.expect('{');
  const fields: FieldNode<Value | VariableNode>[] = [];
  while (!cursor.is('}')) {
    const token = cursor.current;
    if (token.kind === 'name' && cursor.next.kind !== ':') {
      const variable = variableOf(cursor, cursor.advance());
      fields.push({ key: token.text, keySpan: variable.span, value: variable });
      if (cursor.is('=') || cursor.is('==')) cursor.failForeign(cursor.spanOfToken(cursor.current), ':');
      if (!cursor.is(',') && !cursor.is('}')) cursor.fail('`:`, `,` or `}`');
    } else fields.push(parseField(cursor, parseValue));
    if (!skipCommas(cursor)) break;
  }
  cursor.expect('}', '`,` or `}`');
  reportDuplicateKeys(cursor, fields);
  return fields;
}

function parseField<Value extends PatternOrTermNode>(
  cursor: TokenCursor,
  parseValue: (cursor: TokenCursor) => Value,
): FieldNode<Value> {
  const token = cursor.current;
  const keySpan = cursor.spanOfToken(token);
  if (token.kind === 'string' && cursor.next.kind === ':' && isName(token.text)) {
    cursor.reportForeign(keySpan, token.text);
  } else if (!isKey(token)) cursor.failName('a key');
  cursor.advance();
  cursor.expect(':');
  return { key: token.text, keySpan, value: asValue(cursor, parseValue(cursor)) };
}

export const isKey = (token: Token): boolean =>
  token.kind === 'name' || (token.kind === token.text && isKeyWord(token.kind));

/** Reports a key that appears a second time. */
export function reportDuplicateKeys(
  cursor: TokenCursor,
  fields: readonly { readonly key: string; readonly keySpan: Span }[],
): void {
  if (fields.length < 2) return;
  const seen = new Set<string>();
  for (const { key, keySpan } of fields) {
    if (seen.has(key)) cursor.report('POLAR_PARSE_DUPLICATE_KEY', { key }, keySpan);
    seen.add(key);
  }
}

// ── parameters and patterns ──

/** Parses `(a, b: Pattern)` after the name of a rule. */
export function parseParameters(cursor: TokenCursor): readonly ParameterNode[] {
  cursor.expect('(');
  const parameters: ParameterNode[] = [];
  if (cursor.skip(')')) return parameters;
  do {
    const { start } = cursor.current;
    let term: TermNode;
    let specializer: PatternNode | undefined;
    if (cursor.is('name') && cursor.next.kind === ':') {
      term = variableOf(cursor, cursor.advance());
      cursor.advance();
      specializer = parsePattern(cursor);
    } else {
      if (parameters.length > 0 && cursor.is(')')) {
        cursor.reportForeign(
          cursor.spanOfToken(cursor.previous!),
          ')',
          'no comma comes after the last argument',
        );
        break;
      }
      if (cursor.is('name') && cursor.next.kind === 'name') failAtType(cursor);
      term = asValue(cursor, parseTerm(cursor, Level.sum));
      if (cursor.is(':')) cursor.fail('`,` or `)` (only a variable can have a type)');
      if (operatorLevels[cursor.kind] !== undefined) cursor.fail('`,` or `)` (a condition comes after `if`)');
    }
    const span = cursor.spanFrom(start);
    if (parameters.length >= maxParameters)
      cursor.failWith('POLAR_PARSE_TOO_MANY_PARAMETERS', { limit: maxParameters }, span);
    parameters.push({ kind: 'parameter', span, term, specializer });
  } while (cursor.skip(','));
  cursor.expect(')', '`,` or `)`');
  return withoutSlack(parameters);
}

/** Reports `User user` and `user User` instead of `user: User`. */
function failAtType(cursor: TokenCursor): never {
  const { current, next } = cursor;
  const [name, type] = /^\p{Lu}/u.test(current.text) ? [next.text, current.text] : [current.text, next.text];
  cursor.failForeign(spanOver(cursor.spanOfToken(current), cursor.spanOfToken(next)), `${name}: ${type}`);
}

const aPattern = 'a class name, a pattern in `{ }` or `[ ]`, a number, a string or a boolean';

/** Parses the pattern after `:` or `matches`, where a name alone is a class. */
function parsePattern(cursor: TokenCursor): PatternNode {
  if (cursor.is('name')) return parseInstancePattern(cursor);
  if (cursor.is('{')) return parseDictionaryPattern(cursor);
  if (cursor.is('[')) return parseListPattern(cursor);
  return findLiteral(cursor) ?? cursor.failName(aPattern);
}

function parseInstancePattern(cursor: TokenCursor): InstancePatternNode {
  const { name, span: classSpan } = cursor.expectName('the name of a class');
  if (cursor.is('(')) {
    const note = `the fields of a pattern are in braces: \`${name}{field: value}\``;
    cursor.failForeign(cursor.spanOfToken(cursor.current), '{', note);
  }
  const fields = cursor.is('{') ? parsePatternFields(cursor) : noFields;
  const span = cursor.spanFrom(classSpan.start);
  return { kind: 'instance-pattern', span, className: name, classSpan, fields };
}

function parseDictionaryPattern(cursor: TokenCursor): DictionaryPatternNode {
  const { start } = cursor.current;
  const fields = parsePatternFields(cursor);
  return { kind: 'dictionary-pattern', span: cursor.spanFrom(start), fields };
}

const parsePatternFields = (cursor: TokenCursor): FieldNode<PatternOrTermNode>[] =>
  parseFields(cursor, parseNestedPattern);

function parseListPattern(cursor: TokenCursor): ListPatternNode {
  const { start } = cursor.current;
  const { items, rest } = parseItems(cursor, parsePatternItem);
  return { kind: 'list-pattern', span: cursor.spanFrom(start), items, rest };
}

/** Arithmetic needs no parentheses in a list pattern, but does in a field of another pattern. */
function parsePatternItem(cursor: TokenCursor): PatternOrTermNode {
  const isPattern = startsPattern(cursor);
  return isPattern
    ? parseNestedPattern(cursor)
    : asValue(cursor, parseTerm(cursor, Level.sum, parsePatternOperand));
}

const startsPattern = (cursor: TokenCursor): boolean =>
  cursor.is('{') || cursor.is('[') || (cursor.is('name') && cursor.next.kind === '{');

/** Inside a pattern a name alone is a variable. */
function parseNestedPattern(cursor: TokenCursor): PatternOrTermNode {
  if (!startsPattern(cursor)) return parsePatternOperand(cursor);
  cursor.enter();
  const pattern = parsePattern(cursor);
  cursor.leave();
  return pattern;
}

function parsePatternOperand(cursor: TokenCursor): TermNode {
  const { start } = cursor.current;
  return parseLookupTail(cursor, start, parsePatternPrimary(cursor));
}

function parsePatternPrimary(cursor: TokenCursor): TermNode {
  const literal = findLiteral(cursor);
  if (literal) return literal;
  if (cursor.skip('(')) {
    const term = asValue(cursor, parseTerm(cursor, Level.sum, parsePatternOperand));
    cursor.expect(')');
    return term;
  }
  if (!cursor.is('name')) cursor.failName('a value or a pattern');
  return variableOf(cursor, cursor.advance());
}

// ── conditions of blocks ──

const impliedNode = (
  span: Span,
  isGlobal: boolean,
  name: ImpliedNode['name'],
  keyword?: NameNode,
  relation?: StringNode,
): ImpliedNode => ({ kind: 'implied', span, isGlobal, name, keyword, relation });

/** Parses `global "admin"`, `"owner" on "parent"` and `role on "parent"`; undefined, without reading a token, before another term. */
export function findImplied(cursor: TokenCursor): ImpliedNode | undefined {
  const { current, next } = cursor;
  if (current.text === 'global' && current.kind === 'name' && next.kind === 'string') {
    cursor.advance();
    const name = cursor.expectString('the name of a global role or permission');
    return impliedNode(cursor.spanFrom(current.start), true, name);
  }
  if (next.kind !== 'name' || (next.text !== 'on' && !isMistakenOn(current, next))) return undefined;
  if (current.kind !== 'string' && current.kind !== 'name') return undefined;
  const name = isAnyName(current)
    ? cursor.expectName('`role` or `permission`')
    : expectQuoted(cursor, 'a string');
  const keyword = cursor.expectName('`on`');
  const relation = expectQuoted(cursor, 'the name of a relation, as a string');
  return impliedNode(cursor.spanFrom(current.start), false, name, keyword, relation);
}

/** Returns whether a word between a string and another string is meant as `on`, which the checks of the policy report. */
const isMistakenOn = ({ kind }: Token, { text, startsLine }: Token): boolean =>
  kind === 'string' &&
  !startsLine &&
  !/^(?:and|or|in|matches)$/i.test(text) &&
  !foreignInfix.has(text.toLowerCase());

/** Returns the role, permission or relation that a term is, where a condition is expected. A bare name is reported. */
function nameIn(cursor: TokenCursor, term: TermNode): StringNode | undefined {
  if (term.kind === 'literal' && typeof term.value === 'string')
    return { kind: 'string', span: term.span, value: term.value };
  return term.kind === 'variable' ? asQuoted(cursor, term) : undefined;
}

/** Reports `"owner" in "parent"`, which is meant as `on`. */
function failAtIn(cursor: TokenCursor, { item, collection }: InNode): void {
  if (nameless(item) || nameless(collection)) return;
  const text = cursor.source.text.slice(item.span.end, collection.span.start);
  const start = item.span.end + text.indexOf('in');
  cursor.failForeign(spanOf(cursor.source, start, start + 2), 'on');
}

const nameless = (term: TermNode): boolean => term.kind !== 'literal' || typeof term.value !== 'string';

function asQuoted(
  cursor: TokenCursor,
  { name, span }: { readonly name: string; readonly span: Span },
): StringNode {
  cursor.reportForeign(span, JSON.stringify(name), 'a role, a permission or a relation is a string here');
  return { kind: 'string', span, value: name };
}

/** Parses a string. A bare name is reported and read as a string. */
export const expectQuoted = (cursor: TokenCursor, expected: string): StringNode =>
  cursor.is('name') ? asQuoted(cursor, cursor.expectName(expected)) : cursor.expectString(expected);

// ── roles: values, conditions, and terms that can be either ──

type Role = 'value' | 'condition' | 'either';

const roles: Readonly<Record<TermNode['kind'], Role>> = {
  variable: 'either',
  literal: 'value',
  list: 'value',
  dictionary: 'value',
  lookup: 'either',
  'method-call': 'either',
  new: 'value',
  arithmetic: 'value',
  call: 'condition',
  unify: 'condition',
  assign: 'condition',
  compare: 'condition',
  in: 'condition',
  matches: 'condition',
  and: 'condition',
  or: 'condition',
  not: 'condition',
  forall: 'condition',
  cut: 'condition',
  print: 'condition',
  debug: 'condition',
  implied: 'condition',
};

/** Reports a condition where a value is expected. */
function asValue<Term extends PatternOrTermNode>(cursor: TokenCursor, term: Term): Term {
  const role = (roles as Readonly<Record<string, Role>>)[term.kind];
  if (role !== 'condition') return term;
  const data = { found: cursor.quote(term.span), isCall: term.kind === 'call' };
  cursor.report('POLAR_PARSE_VALUE_EXPECTED', data, term.span);
  return term;
}

/** Reports a value where a condition is expected. */
export function asCondition(cursor: TokenCursor, term: TermNode): TermNode {
  if (cursor.isInBlock) {
    const name = nameIn(cursor, term);
    if (name !== undefined) return impliedNode(term.span, false, name);
    if (term.kind === 'in') failAtIn(cursor, term);
  }
  const role = term.kind === 'literal' && typeof term.value === 'boolean' ? 'either' : roles[term.kind];
  if (role === 'value')
    cursor.report('POLAR_PARSE_CONDITION_EXPECTED', { found: cursor.quote(term.span) }, term.span);
  return term;
}
