import { tokensOf, type PolicyToken } from '@nanook/core/syntax';
import type { Expectation } from './expectation.js';
import { expectedInBlock } from './expected-in-block.js';
import { callAround, expectedInRule, methodAround, type MethodCall } from './expected-in-rule.js';
import { statementAt } from './statement-at.js';

/** The text that the grammar accepts at an offset. */
export interface Expected {
  readonly expectation: Expectation;
  /** The part of the text that a completion replaces. In a string, it is the text between its quotes. */
  readonly start: number;
  readonly end: number;
  /** Whether the place is between quotes. */
  readonly isInString: boolean;
  /** Whether the place is in a test. */
  readonly isInTest: boolean;
  /** The innermost call of a rule, or the head of one, around the place. */
  readonly call: { readonly rule: string; readonly index: number } | undefined;
  /** The innermost call of a method around the place, if no call of a rule is inside of it. */
  readonly method: MethodCall | undefined;
  /** The offset at which the statement around the place begins. */
  readonly statementStart: number;
  /** The token behind the place on the same line, which only orders the texts that fit; undefined if there is none. */
  readonly next: PolicyToken | undefined;
}

const isWordToken = ({ kind }: PolicyToken): boolean => kind === 'name' || kind === 'keyword';
const isText = ({ kind }: PolicyToken): boolean => kind === 'string' || kind === 'unterminated';

/**
 * Returns the kind of text that the grammar accepts at an offset, from the tokens before it. Neither the statement nor the rest of the text has
 * to be correct. It never throws.
 */
export function expectedAt(text: string, offset: number): Expected {
  const all = tokensOf(text);
  const inComment = all.find(({ kind, start, end }) => kind === 'comment' && start < offset && offset <= end);
  const tokens = all.filter(({ kind }) => kind !== 'comment');
  const at = tokens.find(
    (token) =>
      (isWordToken(token) && token.start <= offset && offset <= token.end) ||
      (isText(token) &&
        token.start < offset &&
        (offset < token.end || (token.kind === 'unterminated' && offset === token.end))),
  );
  const isInString = at !== undefined && isText(at);
  const start = at === undefined ? offset : isInString ? at.start + 1 : at.start;
  const end = at === undefined ? offset : at.kind === 'string' ? at.end - 1 : at.end;
  const before = tokens.filter((token) => token.end <= (at?.start ?? offset));
  const after = tokens.filter((token) => token.start >= (at?.end ?? offset));
  const open = statementAt(before, text);
  const statement = startsAnew(text, start, open) ? [] : open;
  const expectation: Expectation =
    inComment === undefined ? expectationOf(statement, after) : { kind: 'free text' };
  return {
    expectation,
    start,
    end,
    isInString,
    isInTest:
      statement[0]?.text === 'test' &&
      statement[1] !== undefined &&
      (isText(statement[1]) || statement[1].text === 'fixture'),
    call: callAround(statement),
    method: methodAround(statement),
    statementStart: statement[0]?.start ?? start,
    next: after[0] !== undefined && !text.slice(end, after[0].start).includes('\n') ? after[0] : undefined,
  };
}

/** Returns whether a place at the margin, below a blank line, is behind a broken rule and not in it. A block or a test can have blank lines. */
function startsAnew(text: string, start: number, statement: readonly PolicyToken[]): boolean {
  const last = statement.at(-1);
  if (last === undefined || statement[1]?.text !== '(') return false;
  const between = text.slice(last.end, start);
  return between.endsWith('\n') && /\n[ \t\r]*\n/.test(between);
}

/** @param statement the tokens of the statement before the place */
function expectationOf(statement: readonly PolicyToken[], after: readonly PolicyToken[]): Expectation {
  const [first, second, third] = statement;
  if (first === undefined) return { kind: 'statement' };
  if (first.text === 'type' || (first.text === 'declare' && second?.text !== '('))
    return second === undefined ? { kind: 'rule name' } : expectedInRule(statement.slice(1), true);
  if (first.text === '?=') return expectedInRule(statement.slice(1), false);
  if (first.text === 'test' && second?.text === 'fixture') return expectedInFixture(statement.slice(2));
  if (first.text === 'global' && second?.text === '{')
    return expectedInBlock(first.text, statement.slice(1), after);
  if (first.text === 'test' && second === undefined) return { kind: 'free text' };
  if (first.text === 'test' && isText(second!)) return expectedInTest(statement.slice(2));
  if (first.text === 'actor' || first.text === 'resource') {
    if (second === undefined) return { kind: 'type of block', keyword: first.text };
    if (second.kind === 'name')
      return third?.text === 'extends'
        ? expectedInExtended(first.text, second.text, statement, after)
        : third === undefined
          ? { kind: 'words', words: ['{', 'extends'] }
          : expectedInBlock(second.text, statement.slice(2), after);
  }
  return expectedInRule(statement, true);
}

/** @param statement a block whose type extends others */
function expectedInExtended(
  keyword: string,
  type: string,
  statement: readonly PolicyToken[],
  after: readonly PolicyToken[],
): Expectation {
  const brace = statement.findIndex(({ text }) => text === '{');
  if (brace !== -1) return expectedInBlock(type, statement.slice(brace), after);
  const isAfterName = statement.length > 3 && statement.at(-1)?.kind === 'name';
  return isAfterName ? { kind: 'words', words: [',', '{'] } : { kind: 'type of block', keyword };
}

/** @param tokens those after `test fixture` */
function expectedInFixture(tokens: readonly PolicyToken[]): Expectation {
  if (tokens[0] === undefined) return { kind: 'free text' };
  if (tokens[1] === undefined) return { kind: 'words', words: ['{'] };
  const item = tokens.slice(
    Math.max(
      tokens.findLastIndex(({ text }) => text === ';'),
      1,
    ) + 1,
  );
  return item.length === 0 ? { kind: 'item of setup' } : expectedInRule(item, true);
}

/** @param tokens those after the name of the test */
function expectedInTest(tokens: readonly PolicyToken[]): Expectation {
  if (tokens[0] === undefined) return { kind: 'words', words: ['{'] };
  let isInSetup = false;
  let item: PolicyToken[] = [];
  let depth = 0;
  for (const token of tokens.slice(1)) {
    const { text } = token;
    if (!isInSetup && item.length === 1 && item[0]!.text === 'setup' && text === '{') {
      isInSetup = true;
      item = [];
      continue;
    }
    if (text === '}' && depth === 0) {
      isInSetup = false;
      item = [];
      continue;
    }
    if ('([{'.includes(text)) depth++;
    else if (')]}'.includes(text)) depth = Math.max(0, depth - 1);
    if (text === ';') {
      item = [];
      depth = 0;
    } else item.push(token);
  }
  if (item.length === 0) return { kind: isInSetup ? 'item of setup' : 'item of test' };
  if (isInSetup) return expectedInRule(item, true);
  if (item[0]!.text === 'setup') return { kind: 'words', words: ['{'] };
  return expectedInRule(item.slice(1), false, ['iff']);
}
