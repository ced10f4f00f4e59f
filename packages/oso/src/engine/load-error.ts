import type { Code, Diagnostic, NamedPolicy, PolicyError } from '@nanook/core';
import { parse } from '@nanook/core/syntax';
import type { HostTypes } from '../types.js';
import { withExcerpt } from './excerpt.js';
import { osoTextOf } from './load-texts.js';
import type { LoadedPolicy } from './rule-texts.js';
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
export function loadError(error: PolicyError, types: HostTypes, sources: readonly NamedPolicy[]): Error {
  const all = error.diagnostics.filter(({ severity }) => severity === 'error');
  // A value is a condition for oso, too.
  const wrong = all.filter(({ code }) => code !== 'POLAR_PARSE_CONDITION_EXPECTED');
  const errors = wrong.length === 0 ? all : wrong;
  const unparsed = new Set(errors.flatMap(({ code, span }) => (isSyntax(code) && span ? [span.source] : [])));
  // The rest of a source with a syntax error is not read.
  const found = errors.filter(
    ({ code, span }) => isSyntax(code) || span === undefined || !unparsed.has(span.source),
  );
  const [first] = found.toSorted((a, b) => stepOf(a.code) - stepOf(b.code));
  if (first === undefined) return error;
  const statements = sources.flatMap(({ source }) => parse(source).policy.statements);
  return errorOf(first, { types, statements });
}

const isSyntax = (code: Code): boolean => code.startsWith('POLAR_PARSE_');

function errorOf(diagnostic: Diagnostic, policy: LoadedPolicy): Error {
  const { name, text, span } = osoTextOf(diagnostic, policy);
  return engineError(name, withExcerpt(text, span));
}
