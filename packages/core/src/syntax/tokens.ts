import { Report } from '../diagnostics/report.js';
import { Source } from '../diagnostics/source.js';
import type { CommentNode } from './ast.js';
import { Lexer } from './lexer.js';
import type { Token } from './token.js';

/**
 * Reads the tokens and the comments of a policy text, for editors that color it. It never throws: text that is not a token has the kind
 * `invalid` or `unterminated`.
 *
 * @example
 * const { tokens, comments } = tokensOf('allow(actor, "read", _);');
 */
export function tokensOf(text: string): {
  readonly tokens: readonly Token[];
  readonly comments: readonly CommentNode[];
} {
  const lexer = new Lexer(new Source(text), new Report());
  const tokens: Token[] = [];
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) tokens.push(token);
  return { tokens, comments: lexer.comments };
}
