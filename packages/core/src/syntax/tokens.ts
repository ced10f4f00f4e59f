import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import { Lexer } from './lexer.js';
import { isKeyword } from './token.js';

/** A token or a comment of a policy text, with its place: 0-based offsets in UTF-16 code units, `end` is exclusive. */
export interface PolicyToken {
  /** `invalid` is text that is not a token, and `unterminated` a string that its line does not close. */
  readonly kind:
    | 'comment'
    | 'invalid'
    | 'keyword'
    | 'name'
    | 'number'
    | 'punctuation'
    | 'string'
    | 'unterminated';
  readonly start: number;
  readonly end: number;
  /** The text as written. */
  readonly text: string;
}

const otherKinds = ['invalid', 'name', 'number', 'string', 'unterminated'] as const;

/**
 * Returns the tokens and the comments of a policy text in their order, for editors that color and complete it. It never throws.
 *
 * @example
 * tokensOf('allow(actor, "read", _);').map(({ kind }) => kind);
 */
export function tokensOf(source: string): readonly PolicyToken[] {
  const lexer = new Lexer(new Source(source), new Report());
  const tokens: PolicyToken[] = [];
  const add = (
    kind: PolicyToken['kind'],
    { start, end }: { readonly start: number; readonly end: number },
  ): void => void tokens.push({ kind, start, end, text: source.slice(start, end) });
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
    const { kind } = token;
    add(otherKinds.find((each) => each === kind) ?? (isKeyword(kind) ? 'keyword' : 'punctuation'), token);
  }
  for (const { span } of lexer.comments) add('comment', span);
  return tokens.sort((a, b) => a.start - b.start);
}
