/** Words with a meaning of their own; everything else that looks like a name is one. */
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
 * `invalid` is text that is no token, already reported. `unterminated` is a string that its line does not close: the
 * parser reports the first of a statement, as the quotes after it are open and closed the wrong way round.
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
  /** Offsets in UTF-16 code units, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  /** The name, the text of a string, the word of a keyword; otherwise as written. */
  readonly text: string;
  /** Of a number; otherwise 0. */
  readonly number: number;
  /** Whether it is the first token of its line. */
  readonly startsLine: boolean;
  /** How far the line on which it stands is indented, in code units. */
  readonly indent: number;
  /** Something is wrong with it and was reported; a second message about it would say nothing new. */
  readonly isReported: boolean;
}

const keywordsByWord: ReadonlyMap<string, Keyword> = new Map(keywords.map((word) => [word, word]));
export const findKeyword = (word: string): Keyword | undefined => keywordsByWord.get(word);
export const isKeyword = (word: string): word is Keyword => keywordsByWord.has(word);

const notKeys: ReadonlySet<string> = new Set<Keyword>(['true', 'false', 'inf', 'nan', 'mod', 'rem']);
/** A keyword that may also be the key of a dictionary field or the name of an attribute or method. */
export const isKeyWord = (word: string): boolean => keywordsByWord.has(word) && !notKeys.has(word);

/** A word that oso reserves and accepts nowhere. */
export const reservedWord = 'isa';
