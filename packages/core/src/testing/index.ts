// Helpers for the tests of an application. They check the real policy, or replace it in tests about something else.
import type { ActorAuthorizer } from '../authorization/actor-authorizer.js';
import { Authorizer } from '../authorization/authorizer.js';
import { isAuthorizationError } from '../authorization/authorization-error.js';
import type { Explanation } from '../explanation/explanation.js';
import { renderExplanation } from '../explanation/render-text.js';
import { describeValue } from '../internal/describe-value.js';
import { allowing, denying, type TestDoubleOptions } from './test-double-options.js';

export type { TestDoubleOptions };
export { PolicyCoverage } from '../policy-coverage/policy-coverage.js';
export {
  mergeCoverage,
  type CoverageData,
  type CoveredPlace,
  type CoveredRole,
} from '../policy-coverage/coverage-data.js';
export { expectFilterMatches, type FilterExpectation } from './expect-filter-matches.js';

/** Creates an authorizer that allows everything: for tests that are not about authorization. */
export const allowAll = (options?: TestDoubleOptions): Promise<Authorizer> =>
  Authorizer.load(allowing(options));

/** Creates an authorizer that refuses everything: for tests of the behavior after a refusal. */
export const denyAll = (options?: TestDoubleOptions): Promise<Authorizer> =>
  Authorizer.load(denying(options));

/** Returns the checks of one actor. */
export const actAs = <Actor>(authorizer: Authorizer, actor: Actor): ActorAuthorizer<Actor> =>
  authorizer.as(actor);

/** The result of a matcher, in the form of Vitest and Jest. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

const matcherResult = (pass: boolean, expectation: string, found = ''): MatcherResult => ({
  pass,
  message: () => `expected the policy ${pass ? 'not ' : ''}to ${expectation}${found}`,
});

/** The part of the state of a matcher that Vitest and Jest set. */
export interface MatcherState {
  readonly isNot?: boolean;
}

/** Returns the explanation of a check for the message of a matcher that fails. */
async function explanationOf(
  state: MatcherState | void,
  isAllowed: boolean,
  explain: () => Promise<Explanation>,
): Promise<string> {
  const hasFailed = isAllowed === (state?.isNot ?? false);
  return hasFailed ? `\n${renderExplanation(await explain())}` : '';
}

/** The matchers that `polarMatchers` adds to `expect`. */
export interface PolarMatchers {
  toAllow(actor: unknown, action: string, resource: unknown): Promise<void>;
  toAllowField(actor: unknown, action: string, resource: unknown, field: string): Promise<void>;
  toBeRefusal(status?: number): Promise<void>;
}

/**
 * Matchers for Vitest and Jest: `expect.extend(polarMatchers)`.
 *
 * @example
 * await expect(authorizer).toAllow(alice, 'read', repo);
 * await expect(authorizer).not.toAllow(bob, 'delete', repo);
 * await expect(authorizer).toAllowField(alice, 'read', profile, 'email');
 * await expect(handler()).rejects.toBeRefusal(404);
 */
export const polarMatchers = {
  async toAllow(
    this: MatcherState | void,
    authorizer: Authorizer,
    actor: unknown,
    action: string,
    resource: unknown,
  ): Promise<MatcherResult> {
    const isAllowed = await authorizer.can(actor, action, resource);
    const explain = () => authorizer.explain(actor, action, resource);
    return matcherResult(isAllowed, `allow "${action}"`, await explanationOf(this, isAllowed, explain));
  },
  async toAllowField(
    this: MatcherState | void,
    authorizer: Authorizer,
    actor: unknown,
    action: string,
    resource: unknown,
    field: string,
  ): Promise<MatcherResult> {
    const fields = await authorizer.fields(actor, action, resource, { allowWildcard: true });
    const isAllowed = fields.has('*') || fields.has(field);
    const explain = () => authorizer.explainField(actor, action, resource, field);
    const explanation = await explanationOf(this, isAllowed, explain);
    return matcherResult(isAllowed, `allow "${action}" of the field "${field}"`, explanation);
  },
  toBeRefusal(error: unknown, status?: number): MatcherResult {
    const pass = isAuthorizationError(error) && (status === undefined || error.status === status);
    const found = isAuthorizationError(error) ? String(error.status) : describeValue(error);
    return matcherResult(
      pass,
      `refuse${status === undefined ? '' : ` with ${status}`}`,
      pass ? '' : `, got ${found}`,
    );
  },
};

/** `expect` of Vitest or Jest. */
export interface ExpectFunction {
  // A tuple of `never` accepts the parameters of each version.
  (...args: never): object;
  extend(matchers: never): unknown;
}

/** The result of the first of the two signatures that `expect` of Vitest has, or of the only one of Jest. */
export type AssertionOf<Given> = Given extends {
  (...args: infer _First): infer Own;
  (...args: infer _Second): infer Inherited;
}
  ? unknown extends Own
    ? Inherited
    : Own
  : never;

/** An assertion that also has the matchers of this package, behind `not`, `resolves` and `rejects`, too. */
export type PolarAssertion<Assertion> = Assertion &
  PolarMatchers & {
    readonly [Modifier in keyof Assertion & ('not' | 'resolves' | 'rejects')]: Assertion[Modifier] &
      PolarMatchers;
  };

/**
 * Adds `polarMatchers` to `expect` of Vitest or Jest, and returns it with their types, so that no declaration is needed.
 *
 * @example
 * import { expect as baseExpect } from 'vitest';
 * const expect = withPolarMatchers(baseExpect);
 * await expect(authorizer).toAllow(alice, 'read', repo);
 */
export function withPolarMatchers<Given extends ExpectFunction>(
  expect: Given,
): ((actual: unknown, message?: string) => PolarAssertion<AssertionOf<Given>>) & Given {
  expect.extend(polarMatchers as never);
  return expect as never;
}
