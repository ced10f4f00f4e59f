/** The keywords. Every other word is a name. */
export const keywords = [
  'true',
  'false',
  'inf',
  'nan',
  'new',
  'in',
  'cut',
  'debug',
  'print',
  'forall',
  'if',
  'and',
  'or',
  'not',
  'matches',
  'type',
  'mod',
  'rem',
] as const;
export type Keyword = (typeof keywords)[number];

export const punctuation = [
  ':=',
  '!=',
  '==',
  '<=',
  '>=',
  '?=',
  ':',
  ',',
  '[',
  ']',
  '(',
  ')',
  '{',
  '}',
  '.',
  '*',
  '/',
  '+',
  '-',
  '=',
  '<',
  '>',
  ';',
] as const;
export type Punctuation = (typeof punctuation)[number];

/**
 * The kind. `invalid` is text without a token, which is already reported. `unterminated` is a string that its line does not close:
 * the parser reports only the first one of a statement, because the quotes after it open and close in the wrong places.
 */
export type TokenKind =
  | Keyword
  | Punctuation
  | 'name'
  | 'number'
  | 'string'
  | 'invalid'
  | 'unterminated'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Offsets in UTF-16 code units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The name, the content of a string, or the word of a keyword; otherwise the text as written. */
  readonly text: string;
  /** The value of a number; otherwise 0. */
  readonly number: number;
  /** Whether it is the first token of its line. */
  readonly startsLine: boolean;
  /** The indentation of its line, in code units. */
  readonly indent: number;
  /** Whether an error of this token was reported, so that a second message would be a consequence. */
  readonly isReported: boolean;
}

const keywordsByWord: ReadonlyMap<string, Keyword> = new Map(keywords.map((word) => [word, word]));
export const findKeyword = (word: string): Keyword | undefined => keywordsByWord.get(word);
export const isKeyword = (word: string): word is Keyword => keywordsByWord.has(word);

const notKeys: ReadonlySet<string> = new Set<Keyword>(['true', 'false', 'inf', 'nan', 'mod', 'rem']);
/** Returns whether a keyword may also be the key of a dictionary or the name of an attribute or method. */
export const isKeyWord = (word: string): boolean => keywordsByWord.has(word) && !notKeys.has(word);

/** A word that oso reserves without accepting it anywhere. */
export const reservedWord = 'isa';
