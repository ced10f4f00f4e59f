import { tokensOf, type PolicyToken } from '@nanook/core/syntax';

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
export function colorPolicy(source: string): readonly ColoredPart[] {
  const all = tokensOf(source);
  const tokens = all.filter(({ kind }) => kind !== 'comment');
  const colors = new Map<PolicyToken, Color | undefined>();
  let depth = 0;
  tokens.forEach((token, i) => {
    if (token.text === '{') depth++;
    if (token.text === '}') depth--;
    colors.set(token, colorOf(token, tokens[i - 1], tokens[i + 1], depth));
  });
  return all.flatMap((token): readonly ColoredPart[] => {
    const color = token.kind === 'comment' ? 'comment' : colors.get(token);
    return color === undefined ? [] : [{ start: token.start, end: token.end, color }];
  });
}

function colorOf(
  { kind, text }: PolicyToken,
  before: PolicyToken | undefined,
  after: PolicyToken | undefined,
  depth: number,
): Color | undefined {
  const isMember = before?.text === '.';
  if (kind === 'keyword') return isMember ? 'property' : 'keyword';
  if (kind === 'invalid' || kind === 'unterminated') return 'invalid';
  if (kind === 'string' || kind === 'number') return kind;
  if (kind !== 'name') return undefined;
  if (isMember) return after?.text === '(' ? 'call' : 'property';
  if (constants.has(text)) return 'number';
  if (/^\p{Lu}/u.test(text)) return 'type';
  const startsStatement = before === undefined || before.text === '}' || before.text === ';';
  if (blockWords.has(text) && startsStatement && (after?.kind === 'name' || after?.kind === 'string'))
    return 'keyword';
  if (depth > 0 && innerWords.has(text) && after?.text !== ':' && after?.text !== '(') return 'keyword';
  return after?.text === '(' ? 'call' : undefined;
}
