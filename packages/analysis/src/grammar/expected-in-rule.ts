import type { PolicyToken } from '@nanook/core/syntax';
import type { Expectation, ReadPath } from './expectation.js';

/** A bracket that is open at a place. */
interface Open {
  readonly kind: 'head' | 'call' | 'group' | 'list' | 'dictionary' | 'pattern';
  /** The name before the bracket. */
  readonly name: string;
  /** The token of the bracket, as its index. */
  readonly at: number;
  /** The number of commas in it. */
  index: number;
}

const comparisons: ReadonlySet<string> = new Set(['=', '==', '!=', '<', '<=', '>', '>=', 'in', ':=']);
const builtInCalls: ReadonlySet<string> = new Set(['forall', 'print', 'debug']);
const closing = ')]}';
const connectors = ['and', 'or', '=', '!=', 'in', 'matches', '<', '>', ';'];

/**
 * @param tokens those of a rule, or of a condition
 * @param hasHead whether the first name is the head of a rule
 * @param ends the words that can end the condition
 */
export function expectedInRule(
  tokens: readonly PolicyToken[],
  hasHead: boolean,
  ends: readonly string[] = [],
): Expectation {
  const open = openBrackets(tokens, hasHead);
  const top = open.at(-1);
  const last = tokens.at(-1);
  if (last === undefined) return hasHead ? { kind: 'statement' } : condition;
  const before = tokens.at(-2);
  if (last.text === '.') return { kind: 'member', of: pathBefore(tokens, tokens.length - 1) };
  if (last.text === 'matches' || last.text === 'new') return typeAfter(last.text, top);
  if (last.text === ':') {
    if (top?.kind === 'pattern') return { kind: 'value of key', type: top.name, key: before?.text ?? '' };
    if (top?.kind === 'dictionary') return { kind: 'value of key', type: undefined, key: before?.text ?? '' };
    return typeAfter(':', top);
  }
  if (ends.includes(last.text)) return { kind: 'term', comparedWith: undefined, startsCondition: false };
  if (endsTerm(last)) return afterTerm(tokens, open, hasHead, ends);
  if (top?.at === tokens.length - 1 || last.text === ',') {
    switch (top?.kind) {
      case 'head':
        return { kind: 'parameter', rule: top.name, index: top.index };
      case 'call':
        return builtInCalls.has(top.name)
          ? condition
          : { kind: 'argument', rule: top.name, index: top.index };
      case 'pattern':
        return { kind: 'key', type: top.name };
      case 'dictionary':
        return { kind: 'key', type: undefined };
      case 'list':
        return { kind: 'term', comparedWith: comparedBefore(tokens, top.at), startsCondition: false };
      case 'group':
        return condition;
      default:
    }
  }
  const startsCondition = ['if', 'and', 'or', 'not', '('].includes(last.text);
  return { kind: 'term', comparedWith: comparedBefore(tokens, tokens.length), startsCondition };
}

const condition: Expectation = { kind: 'term', comparedWith: undefined, startsCondition: true };

const typeAfter = (after: ':' | 'matches' | 'new', top: Open | undefined): Expectation => ({
  kind: 'type',
  after,
  rule: top?.kind === 'head' ? top.name : undefined,
  index: top?.index ?? 0,
});

/** Returns the innermost call around a place, and the number of the argument there. */
export function callAround(
  tokens: readonly PolicyToken[],
): { readonly rule: string; readonly index: number } | undefined {
  const call = openBrackets(tokens, false).findLast(({ kind, name }) => kind === 'call' && name !== '');
  return call === undefined || builtInCalls.has(call.name)
    ? undefined
    : { rule: call.name, index: call.index };
}

/** A call of a method, and the number of the argument at a place. */
export interface MethodCall {
  readonly name: string;
  readonly of: ReadPath;
  readonly index: number;
}

/** Returns the innermost call around a place if it is one of a method. */
export function methodAround(tokens: readonly PolicyToken[]): MethodCall | undefined {
  const call = openBrackets(tokens, false).findLast(({ kind }) => kind === 'call');
  if (call === undefined || tokens[call.at - 2]?.text !== '.') return undefined;
  return {
    name: tokens[call.at - 1]!.text,
    of: pathBefore(tokens, call.at - 2),
    index: call.index,
  };
}

function openBrackets(tokens: readonly PolicyToken[], hasHead: boolean): readonly Open[] {
  const open: Open[] = [];
  tokens.forEach(({ text, kind }, at) => {
    if (kind === 'string' || kind === 'unterminated') return;
    const previous = tokens[at - 1];
    const isName = previous?.kind === 'name' || builtInCalls.has(previous?.text ?? '');
    const name = isName ? previous!.text : '';
    if (text === '(') {
      const isMethod = tokens[at - 2]?.text === '.' || tokens[at - 2]?.text === 'new';
      const kindOfCall = hasHead && at === 1 ? 'head' : isName ? 'call' : 'group';
      open.push({ kind: kindOfCall, name: isMethod ? '' : name, at, index: 0 });
    } else if (text === '[') open.push({ kind: 'list', name, at, index: 0 });
    else if (text === '{') open.push({ kind: isName ? 'pattern' : 'dictionary', name, at, index: 0 });
    else if (text !== '' && closing.includes(text)) open.pop();
    else if (text === ',') {
      const top = open.at(-1);
      if (top !== undefined) top.index++;
    }
  });
  return open;
}

const endsTerm = ({ kind, text }: PolicyToken): boolean =>
  kind === 'name' ||
  kind === 'number' ||
  kind === 'string' ||
  kind === 'unterminated' ||
  closing.includes(text) ||
  ['true', 'false', 'cut', 'inf', 'nan'].includes(text);

/** Returns the signs and words that can follow a complete term. */
function afterTerm(
  tokens: readonly PolicyToken[],
  open: readonly Open[],
  hasHead: boolean,
  ends: readonly string[],
): Expectation {
  const words = (...list: readonly string[]): Expectation => ({ kind: 'words', words: list });
  const top = open.at(-1);
  switch (top?.kind) {
    case 'head':
      return words(tokens.at(-2)?.text === ':' ? '{' : ':', ',', ')');
    case 'call':
      return words(',', ')', ...(builtInCalls.has(top.name) ? connectors : []));
    case 'list':
      return words(',', ']');
    case 'dictionary':
    case 'pattern':
      return words(isKeyAt(tokens, top) ? ':' : ',', '}');
    case 'group':
      return words(...connectors.slice(0, -1), ')');
    default:
  }
  if (tokens.length === 1 && hasHead) return words('(');
  const hasBody = !hasHead || tokens.some(({ text }) => text === 'if');
  return words(...(hasBody ? connectors : ['if', ';']), ...ends);
}

/** Returns whether the name at the end is a key, which no `:` precedes since the last comma. */
function isKeyAt(tokens: readonly PolicyToken[], { at }: Open): boolean {
  for (let i = tokens.length - 1; i > at; i--) {
    if (tokens[i]!.text === ':') return false;
    if (tokens[i]!.text === ',') return true;
  }
  return true;
}

/** Returns the path on the left of the comparison before an index: `note.status` for `note.status = ‹here›`, and for `in ["a", ‹here›`. */
function comparedBefore(tokens: readonly PolicyToken[], index: number): ReadPath | undefined {
  const operator = tokens[index - 1];
  if (operator === undefined || !comparisons.has(operator.text)) return undefined;
  return pathBefore(tokens, index - 1);
}

/** Returns the names of the path that ends before an index. */
function pathBefore(tokens: readonly PolicyToken[], index: number): ReadPath {
  const names: string[] = [];
  for (let i = index - 1; i >= 0; i -= 2) {
    const { kind, text } = tokens[i]!;
    if (kind !== 'name' && !(kind === 'keyword' && tokens[i - 1]?.text === '.')) return [];
    names.unshift(text);
    if (tokens[i - 1]?.text !== '.') return names;
  }
  return [];
}
