import { Authorizer } from '../authorization/authorizer.js';
import { findDialect, type DialectOptions } from '../dialect/dialect.js';

/**
 * Returns the class of authorizers whose policies have another meaning.
 *
 * @example
 * const authorizer = await authorizerIn({ dialect: 'oso' }).load({ policies: 'allow(_, "read", _);' });
 */
export const authorizerIn = (options: DialectOptions): typeof Authorizer =>
  class extends Authorizer {
    protected static override readonly dialect = findDialect(options);
  };
