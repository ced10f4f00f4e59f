import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { checkOptions } from '../config-errors/check-options.js';
import { checkReturns } from '../config-errors/check-returns.js';
import { checkCalled } from '../config-errors/uncalled-middleware.js';

const options = {
  actor: 'function',
  anonymous: 'anything',
  request: 'function',
  context: 'function',
  challenge: 'challenge',
  explain: 'explain',
  mask: 'function',
  loaderTimeoutMs: 'milliseconds',
  onError: 'function',
} as const;

/**
 * Checks the arguments of `authorization(authorizer, options)`.
 *
 * @param authorization the function of the adapter, for messages
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`, `NANOOK_HTTP_UNCALLED`,
 *   `NANOOK_HTTP_NO_RETURN`
 * @internal for adapters
 */
export function checkAuthorization(
  authorization: (...args: never[]) => unknown,
  authorizer: unknown,
  given: { readonly actor?: unknown },
): void {
  checkCalled(authorization, authorizer);
  checkOptions('authorization', given, options);
  if (typeof (authorizer as { readonly authorize?: unknown } | undefined | null)?.authorize !== 'function')
    throw new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', {
      option: 'authorizer',
      reason: `must be an Authorizer, got ${describeValue(authorizer)}; it is the first argument: authorization(await Authorizer.load(…), { … })`,
    });
  checkReturns('the hook `actor`', given.actor);
}
