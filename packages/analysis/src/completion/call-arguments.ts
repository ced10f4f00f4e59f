import { tokensOf, type PolicyToken } from '@nanook/core/syntax';
import type { Expected } from '../grammar/expected-at.js';
import { nameSlotsOf, type NameSlot } from '../symbols/name-slots.js';

/** The tokens of one argument of a call, or of one parameter of a head. */
export type Argument = readonly PolicyToken[];

const depthOf = ({ kind, text }: PolicyToken): number =>
  kind !== 'punctuation' ? 0 : '([{'.includes(text) ? 1 : ')]}'.includes(text) ? -1 : 0;

/** Returns the tokens of the statement around a place, up to its `;`. In a test, it is the assertion. */
export function tokensAround(text: string, { statementStart, start }: Expected): readonly PolicyToken[] {
  const tokens = tokensOf(text.slice(statementStart, start + 2000)).map((token) => ({
    ...token,
    start: token.start + statementStart,
    end: token.end + statementStart,
  }));
  const isEnd = ({ kind, text: sign }: PolicyToken): boolean => kind === 'punctuation' && sign === ';';
  const first = tokens.findLastIndex((token) => isEnd(token) && token.end <= start);
  const last = tokens.findIndex((token) => isEnd(token) && token.start >= start);
  return tokens.slice(first + 1, last === -1 ? undefined : last).filter(({ kind }) => kind !== 'comment');
}

/** Returns the arguments of the call around a place. */
export function argumentsAround(text: string, expected: Expected): readonly Argument[] {
  const tokens = tokensAround(text, expected);
  const place = expected.isInString ? expected.start - 1 : expected.start;
  const at = tokens.findIndex(({ start }) => start >= place);
  let open = at === -1 ? tokens.length - 1 : at - 1;
  for (let depth = 0; open >= 0; open--) {
    depth += depthOf(tokens[open]!);
    if (depth === 1) break;
  }
  return argumentsAfter(tokens, open);
}

/** Returns the arguments behind the bracket at an index, up to the one that closes it. */
function argumentsAfter(tokens: readonly PolicyToken[], open: number): readonly Argument[] {
  const found: PolicyToken[][] = [[]];
  let depth = 0;
  for (const token of tokens.slice(open + 1)) {
    depth += depthOf(token);
    if (depth < 0 || token.text === ';') break;
    if (depth === 0 && token.text === ',') found.push([]);
    else found.at(-1)!.push(token);
  }
  return found;
}

/** Returns the call in a statement that has a variable in the place of a name, such as a role. */
export function slotOfVariable(
  tokens: readonly PolicyToken[],
  variable: string,
): { readonly slot: NameSlot; readonly args: readonly Argument[] } | undefined {
  for (let i = 0; i + 1 < tokens.length; i++) {
    const slots = nameSlotsOf(tokens[i]!.text);
    if (slots.length === 0 || tokens[i + 1]!.text !== '(') continue;
    const args = argumentsAfter(tokens, i + 1);
    const slot = slots.find(({ index }) => args[index]?.[0]?.text === variable);
    if (slot !== undefined) return { slot, args };
  }
  return undefined;
}

/** Returns the name of the type of an argument: of `note: Note`, of a type itself, or of a path. */
export function typeOfArgument(
  tokens: Argument | undefined,
  isType: (name: string) => boolean,
  typeOfPath: (path: readonly string[]) => string | undefined,
): string | undefined {
  if (tokens === undefined || tokens.length === 0) return undefined;
  const colon = tokens.findIndex(({ text }) => text === ':');
  if (colon !== -1) return tokens[colon + 1]?.text;
  const [first] = tokens;
  if (isType(first!.text)) return first!.text;
  const isPath = tokens.every(({ kind, text }) => kind === 'name' || text === '.');
  return isPath
    ? typeOfPath(tokens.filter(({ kind }) => kind === 'name').map(({ text }) => text))
    : undefined;
}

/** Returns the texts with which a statement compares a variable: `action in ["read", "update"]`, `action = "read"`. */
export function textsComparedWith(tokens: readonly PolicyToken[], variable: string): readonly string[] {
  const at = tokens.findIndex(
    ({ text }, i) => text === variable && ['in', '='].includes(tokens[i + 1]?.text ?? ''),
  );
  if (at === -1) return [];
  const values = tokens.slice(at + 2);
  const isList = values[0]?.text === '[';
  const end = isList ? values.findIndex(({ text }) => text === ']') : 1;
  return values
    .slice(0, end === -1 ? undefined : end)
    .flatMap(({ kind, text }) => (kind === 'string' ? [text.slice(1, -1)] : []));
}

/** Returns the variables in a statement with the number of their places: names that are not called, read as members, or keys. */
export function variableCounts(
  tokens: readonly PolicyToken[],
  isInTest: boolean,
): ReadonlyMap<string, number> {
  const body = tokens.findIndex(({ text }) => text === '(');
  const words = isInTest ? ['test', 'fixture', 'assert', 'assert_not', 'setup', 'iff'] : [];
  const counts = new Map<string, number>();
  tokens.forEach(({ kind, text }, i) => {
    const isMember = tokens[i - 1]?.text === '.' || isTypePlace(tokens[i - 1]?.text);
    const isCall = tokens[i + 1]?.text === '(' || tokens[i + 1]?.text === '{';
    if (kind === 'name' && i > body && !isMember && !isCall && text !== '_' && !words.includes(text))
      counts.set(text, (counts.get(text) ?? 0) + 1);
  });
  return counts;
}

const isTypePlace = (word: string | undefined): boolean =>
  word === ':' || word === 'matches' || word === 'new';
