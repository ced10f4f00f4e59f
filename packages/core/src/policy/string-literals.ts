import { Report } from '../diagnostics/report.js';
import { Lexer } from '../syntax/lexer.js';
import type { Policy } from './policy.js';

/** Returns every string in a policy, each once: the names of actions, roles and relations, and others. */
export function stringLiterals({ sources }: Policy): readonly string[] {
  const found = new Set<string>();
  for (const source of sources) {
    const lexer = new Lexer(source, new Report());
    for (let token = lexer.next(); token.kind !== 'end'; token = lexer.next())
      if (token.kind === 'string') found.add(token.text);
  }
  return [...found];
}
