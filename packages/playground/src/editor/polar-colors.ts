import { tokensOf, type Token } from '@nanook/core/syntax';

/** A part of a text with the class of its color. */
export interface ColoredPart {
  readonly start: number;
  readonly end: number;
  readonly color: Color;
}

export type Color = 'keyword' | 'type' | 'string' | 'call' | 'comment' | 'number' | 'property' | 'invalid';

/** Names that are keywords at the start of a statement. */
const blockWords = new Set(['actor', 'resource', 'test']);
/** Names that are keywords inside a block or a test. */
const innerWords = new Set([
  'permissions',
  'roles',
  'relations',
  'on',
  'setup',
  'assert',
  'assert_not',
  'iff',
]);
const constants = new Set(['nil', 'true', 'false']);

/** Colors a policy by the tokens of the real lexer, so that the editor and the engine read the same text. */
export function colorPolicy(text: string): readonly ColoredPart[] {
  const { tokens, comments } = tokensOf(text);
  const parts: ColoredPart[] = comments.map(({ span: { start, end } }) => ({ start, end, color: 'comment' }));
  let depth = 0;
  tokens.forEach((token, i) => {
    if (token.kind === '{') depth++;
    if (token.kind === '}') depth--;
    const color = colorOf(token, tokens[i - 1], tokens[i + 1], depth);
    if (color !== undefined) parts.push({ start: token.start, end: token.end, color });
  });
  return parts.sort((a, b) => a.start - b.start);
}

function colorOf(
  { kind, text }: Token,
  before: Token | undefined,
  after: Token | undefined,
  depth: number,
): Color | undefined {
  if (kind === 'string' || kind === 'number') return kind;
  if (kind === 'invalid' || kind === 'unterminated') return 'invalid';
  // Keywords are kinds of their own, and their kind is a word.
  if (kind !== 'name') return /^[a-z]/.test(kind) && before?.kind !== '.' ? 'keyword' : undefined;
  if (before?.kind === '.') return after?.kind === '(' ? 'call' : 'property';
  if (constants.has(text)) return 'number';
  if (/^\p{Lu}/u.test(text)) return 'type';
  const startsStatement = before === undefined || before.kind === '}' || before.kind === ';';
  if (blockWords.has(text) && startsStatement && (after?.kind === 'name' || after?.kind === 'string'))
    return 'keyword';
  if (depth > 0 && innerWords.has(text) && after?.kind !== ':' && after?.kind !== '(') return 'keyword';
  return after?.kind === '(' ? 'call' : undefined;
}
