import type { Code, Diagnostic, PolicyError } from '@nanook/core';
import { withExcerpt } from './excerpt.js';
import { osoTextOf } from './load-texts.js';
import { engineError } from './named-error.js';

/** The step of oso's loading that finds an error. The first error of the first step is thrown. */
function stepOf(code: Code): number {
  if (code === 'POLAR_CHECK_UNDEFINED_RULE') return 4;
  if (code === 'POLAR_CHECK_MISSING_REQUIRED_RULE') return 3;
  if (code === 'POLAR_CHECK_INVALID_RULE' || code === 'POLAR_CHECK_INVALID_RULE_TYPE') return 2;
  if (code.startsWith('POLAR_CHECK_BLOCK_RELATED') || code === 'POLAR_CHECK_BLOCK_UNDECLARED_TERM') return 1;
  return 0;
}

/** Returns the error of a policy that oso throws: the first one, in the order of its steps. */
export function loadError(error: PolicyError): Error {
  const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
  const unparsed = new Set(errors.flatMap(({ code, span }) => (isSyntax(code) && span ? [span.source] : [])));
  // The rest of a source with a syntax error is not read.
  const found = errors.filter(
    ({ code, span }) => isSyntax(code) || span === undefined || !unparsed.has(span.source),
  );
  const [first] = found.toSorted((a, b) => stepOf(a.code) - stepOf(b.code));
  return first === undefined ? error : errorOf(first);
}

const isSyntax = (code: Code): boolean => code.startsWith('POLAR_PARSE_');

function errorOf(diagnostic: Diagnostic): Error {
  const { name, text, span } = osoTextOf(diagnostic);
  return engineError(name, withExcerpt(text, span));
}
