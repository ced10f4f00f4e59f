import { findDialect, type Dialect } from '../dialect/dialect.js';
import type { PolicyReader } from '../policy/policy-source.js';
import { TypeTable } from '../types/type-table.js';
import { DecisionContext } from './decision-engine.js';
import type { Compiler } from './deferred-policy.js';
import type { LoadContext, QueryInspector } from './loaded-policy.js';
import { constantsOf, type AuthorizerOptions } from './options.js';
import { validateOptions } from './validate-load-options.js';
import { limitsOf } from './limits-of.js';

/** The parts of an authorizer that stay the same when it reloads its policy. */
export interface AuthorizerParts {
  readonly loading: LoadContext;
  readonly deciding: DecisionContext;
}

/**
 * Creates the parts of an authorizer.
 *
 * @param compiler undefined where it is loaded on demand
 * @throws {PolarError} `POLAR_TYPE_…` for an invalid option or type
 */
export function createParts(
  options: AuthorizerOptions,
  reader: PolicyReader,
  compiler: Compiler | undefined,
  inspector?: QueryInspector,
  ofClass?: Dialect,
): AuthorizerParts {
  validateOptions(options);
  const dialect = ofClass ?? findDialect({ dialect: options.dialect });
  const clock = options.clock ?? (() => new Date());
  const types = new TypeTable(options.types, constantsOf(options, clock, dialect), dialect);
  const limits = limitsOf(options.limits);
  return {
    loading: { options, types, limits, reader, compiler, inspector },
    deciding: new DecisionContext(options, limits),
  };
}
