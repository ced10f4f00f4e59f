import { Report } from '../diagnostics/report.js';
import { Lexer } from '../syntax/lexer.js';
import type { Token } from '../syntax/token.js';
import type { Policy } from './policy.js';

/** Returns every string in a policy without its tests, each once: the names of actions, roles and relations, and others. */
export function stringLiterals({ sources }: Policy): readonly string[] {
  const found = new Set<string>();
  for (const source of sources) {
    const lexer = new Lexer(source, new Report());
    let previous: Token | undefined;
    for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
      // Only a test has a string behind a name.
      if (token.kind === 'string' && previous?.kind === 'name' && previous.text === 'test') skipBraces(lexer);
      else if (token.kind === 'string') found.add(token.text);
      previous = token;
    }
  }
  return [...found];
}

/** Reads up to the `}` that closes the next `{`. */
function skipBraces(lexer: Lexer): void {
  let depth = 0;
  for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next()) {
    if (token.kind === '{') depth++;
    else if (token.kind === '}' && --depth <= 0) return;
  }
}
