import type { PolicyToken } from '@nanook/core/syntax';
import type { Expectation } from './expectation.js';
import { expectedInRule } from './expected-in-rule.js';

/** @param tokens those from the `{` of the block on */
export function expectedInBlock(
  type: string,
  tokens: readonly PolicyToken[],
  after: readonly PolicyToken[],
): Expectation {
  const item = lastItem(tokens.slice(1));
  const [first, second, third] = item;
  const last = item.at(-1);
  if (first === undefined || last === undefined) return { kind: 'item of block', type };
  if (first.kind === 'string' || first.kind === 'unterminated' || isAnyName(first)) {
    if (second === undefined) return { kind: 'words', words: ['if'] };
    return expectedInCondition(type, item.slice(2), after);
  }
  const list = first.text;
  if (second === undefined) return { kind: 'words', words: ['='] };
  const isDictionary = list === 'relations' || third?.text === '{';
  if (third === undefined) return { kind: 'words', words: [isDictionary ? '{' : '['] };
  if (last.text === ']' || last.text === '}') return { kind: 'words', words: [';'] };
  if (isDictionary) {
    if (last.text === ':') return { kind: 'type of relation', type };
    if (last.text === ',' || last.text === '{') return { kind: 'relation name', type };
    const isKey = item.at(-2)?.text !== ':';
    return { kind: 'words', words: isKey ? [':'] : [',', '}'] };
  }
  if (last.text === ',' || last.text === '[') return { kind: 'declared name', type, list };
  return { kind: 'words', words: [',', ']'] };
}

const isAnyName = ({ text }: PolicyToken): boolean => text === 'role' || text === 'permission';

/** @param tokens those after the `if` of a rule */
function expectedInCondition(
  type: string,
  tokens: readonly PolicyToken[],
  after: readonly PolicyToken[],
): Expectation {
  const start = tokens.findLastIndex(({ text }) => ['and', 'or', 'not'].includes(text)) + 1;
  const [first, second, third] = tokens.slice(start);
  if (first === undefined) return { kind: 'implier', type, relation: relationAfter(after) };
  if (first.text === 'global')
    return second === undefined
      ? { kind: 'implier', type: 'global', relation: undefined }
      : { kind: 'words', words: ['and', 'or', ';'] };
  if (first.kind !== 'string' && !isAnyName(first)) return expectedInRule(tokens, false);
  if (second === undefined)
    return { kind: 'words', words: first.kind === 'string' ? ['on', 'and', 'or', ';'] : ['on'] };
  if (second.text !== 'on') return expectedInRule(tokens, false);
  if (third === undefined) return { kind: 'relation', type, implier: contentOf(first) };
  return { kind: 'words', words: ['and', 'or', ';'] };
}

/** Returns the tokens of the item at the end. A `;` can be missing before a line that looks like a start of an item. */
function lastItem(tokens: readonly PolicyToken[]): readonly PolicyToken[] {
  let start = 0;
  tokens.forEach(({ text, kind }, i) => {
    if (text === ';') start = i + 1;
    const previous = tokens[i - 1];
    const isWhole = previous?.kind === 'string' || previous?.text === ']' || previous?.text === '}';
    const next = tokens[i + 1];
    if (!isWhole) return;
    if ((kind === 'string' && next?.text === 'if') || (kind === 'name' && next?.text === '=')) start = i;
  });
  return tokens.slice(start);
}

/** Returns the relation of the rest of a shorthand rule: `on "parent"`. */
function relationAfter([first, second]: readonly PolicyToken[]): string | undefined {
  return first?.text === 'on' && second?.kind === 'string' ? contentOf(second) : undefined;
}

const contentOf = ({ text }: PolicyToken): string => text.replaceAll(/^"|"$/g, '');
