import { findDialect, type PolicyDialect } from '../../dialect/dialect.js';
import { addMessages } from '../../diagnostics/messages.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { Report } from '../../diagnostics/report.js';
import { isWithin } from '../../diagnostics/span.js';
import type { TermNode } from '../../syntax/ast.js';
import { readText, type NamedPolicy } from '../policy-source.js';
import { rowFactSources } from '../row-facts.js';
import { CheckMemory } from './check-memory.js';
import { buildPolicy, type ParseSource } from './build-policy.js';
import type { TypesInput } from '../../types/type-declaration.js';

export interface CheckPolicyOptions {
  /** The types of the application, as for `Authorizer.load`. */
  readonly types?: TypesInput;
  readonly constants?: Readonly<Record<string, unknown>>;
  /** The rules that the application queries itself, as for `Authorizer.load`. */
  readonly queries?: readonly string[];
  /** The meaning of the policies, as for `Authorizer.load`. */
  readonly dialect?: PolicyDialect | undefined;
  /**
   * Returns the statements of a source, which a tool can keep from an earlier version of the text.
   *
   * @internal
   */
  readonly parse?: ParseSource;
  /**
   * Keeps what a check finds out about a statement, for a check of the next version of the policies.
   *
   * @internal
   */
  readonly memory?: CheckMemory;
}

/**
 * Checks policies without loading them, and returns the errors and warnings of `Authorizer.load` in the order of the sources.
 * Inline queries do not run.
 *
 * @throws {PolarError} `POLAR_TYPE_…` for a type that makes no sense
 * @example
 * check([{ name: 'app.polar', source: text }], { types }).filter((d) => d.severity === 'error');
 */
export function checkPolicy(
  policies: readonly (string | NamedPolicy)[],
  options: CheckPolicyOptions = {},
): readonly Diagnostic[] {
  return diagnosticsOf(policies, options, []);
}

/**
 * Checks conditions of tests like the bodies of rules, and returns the errors and warnings about them.
 *
 * @param policies policies without an error
 * @param options with the values that the conditions can name as constants
 */
export function checkConditions(
  policies: readonly (string | NamedPolicy)[],
  conditions: readonly TermNode[],
  options: CheckPolicyOptions = {},
): readonly Diagnostic[] {
  return diagnosticsOf(policies, options, conditions).filter(
    ({ span: found }) => found !== undefined && conditions.some(({ span }) => isWithin(found, span)),
  );
}

function diagnosticsOf(
  policies: readonly (string | NamedPolicy)[],
  options: CheckPolicyOptions,
  conditions: readonly TermNode[],
): readonly Diagnostic[] {
  addMessages();
  const report = new Report();
  const { memory = new CheckMemory() } = options;
  const types = memory.tableOf(options.types, options.constants, findDialect(options));
  const policy = buildPolicy(
    policies.map(readText),
    types,
    report,
    options.queries,
    conditions,
    options.parse,
    rowFactSources(types),
    memory,
  );
  return policy === undefined ? report.diagnostics : policy.warnings;
}
