import {
  isAuthorizationError,
  renderExplanation,
  type AuthorizationError,
  type Explanation,
  type ExplanationOptions,
  type Mask,
} from '@nanook/core';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { environment } from '../platform/builtin.js';

/**
 * Whether the response to a refusal explains it.
 *
 * - `'development'`: if `NODE_ENV` is `development`
 * - `true`: always; an error if `NODE_ENV` is `production`
 * - a function: for the requests for which it returns `true`
 * - `false`: never
 */
export type ExplainOption<Args extends readonly unknown[] = readonly []> =
  | 'development'
  | boolean
  | ((...args: Args) => boolean);

/** Returns the options of an explanation that the client of a request may see; `undefined` if it may see none. */
export type Explain = () => ExplanationOptions | undefined;

/** Whether an application of this process explains refusals in development, and `NODE_ENV` is not set. */
let needsHint = false;
let hasHinted = false;

/**
 * Returns a function that creates, for the arguments of a request, the option `explain` of `RequestAuthorization`.
 *
 * @returns `undefined` if no request is explained, so that requests do no work
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION` for `true` in production
 * @internal for adapters
 */
export function explainWith<Args extends readonly unknown[]>(
  explain: ExplainOption<Args> = 'development',
  mask?: Mask,
): ((...args: Args) => Explain) | undefined {
  if (explain === 'development' && environment() === undefined) needsHint = true;
  if (explain === false || (explain === 'development' && environment() !== 'development')) return undefined;
  if (explain === true && environment() === 'production')
    throw invalid(
      'must not be `true` in production, because the response to a 404 would reveal the resource that the 404 hides; ' +
        'pass a function that returns true for the requests of developers',
    );
  const options = mask === undefined ? {} : { mask };
  if (typeof explain !== 'function') return () => () => options;
  return (...args) =>
    () => {
      const isExplained: unknown = explain(...args);
      if (typeof isExplained !== 'boolean') throw invalid('must return true or false');
      return isExplained ? options : undefined;
    };
}

const invalid = (reason: string): AuthorizationConfigError =>
  new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', { option: 'explain', reason });

// An application can also pass `explain` to its own checks, for its log. Such an explanation is not for the client.
const shown = new WeakMap<object, Explanation>();

/** Marks the explanation of a refusal, if it has one, as visible to the client. */
export function showExplanation(refusal: AuthorizationError): void {
  if (refusal.explanation !== undefined) shown.set(refusal, refusal.explanation);
}

/** Marks the explanation of a refusal that replaces another one. */
export function copyExplanation(from: AuthorizationError, to: AuthorizationError): void {
  if (shown.has(from)) showExplanation(to);
}

/**
 * Returns the explanation of a refusal that the client may see. It exists only where the option `explain` of the adapter applies.
 *
 * @example
 * const explanation = explanationOf(error);
 * if (explanation !== undefined) problem.explanation = explanation;
 */
export const explanationOf = (error: unknown): Explanation | undefined =>
  isAuthorizationError(error) ? shown.get(error) : undefined;

/** The explanation for a resource that does not exist, which no policy has refused. */
export const missingResource: Explanation = {
  outcome: 'denied',
  query: 'no resource',
  proof: [],
  misses: [],
  omitted: 0,
  undecided: undefined,
  advice: [
    'the resource is null or undefined, so the policy was not asked; check the loader and the id in the request',
  ],
};

/**
 * Returns the text about a refusal for the terminal of a developer: the route and the nearest rule. Without `NODE_ENV`, the first refusal
 * has a line that says how to see the reasons.
 *
 * @returns `undefined` for other refusals outside development
 * @internal for adapters
 */
export function describeRefusal(error: unknown): string | undefined {
  if (!isAuthorizationError(error)) return undefined;
  const { route = 'a request', status } = error;
  if (needsHint && !hasHinted && environment() === undefined && status !== 401) {
    hasHinted = true;
    return `${route} was refused with ${status}; to see the reason of each refusal here and in the response, develop with NODE_ENV=development`;
  }
  const explanation = explanationOf(error);
  if (explanation === undefined || environment() !== 'development') return undefined;
  const { misses, omitted } = explanation;
  const nearest = {
    ...explanation,
    misses: misses.slice(0, 1),
    omitted: omitted + Math.max(0, misses.length - 1),
  };
  return `${route} was refused with ${status}\n${renderExplanation(nearest)}`;
}
