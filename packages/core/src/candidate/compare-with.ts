import type { Authorizer } from '../authorization/authorizer.js';
import type { CheckOptions } from '../authorization/query-options.js';
import { invalidOption } from '../authorization/invalid-option.js';
import { checkObject, isFunction, oneOf, type OptionCheck } from '../authorization/validate-options.js';
import type { PolarError } from '../diagnostics/polar-error.js';
import { describeValue } from '../internal/descriptions.js';
import type { Explanation } from '../explanation/explanation.js';
import { isSampled, outcomeOf, OutcomeCounts, report, type ComparedOutcome } from './compare.js';

/** A function that decides a check, as `can` does. */
export type IsAllowed = (actor: unknown, action: string, resource: unknown) => boolean | Promise<boolean>;

/** A check that Nanook and the other library decide differently. */
export interface AnswerDifference {
  readonly actor: unknown;
  readonly action: string;
  readonly resource: unknown;
  readonly nanook: ComparedOutcome;
  readonly other: ComparedOutcome;
  /** Explains the decision of Nanook. It decides the check again. */
  readonly explain: () => Promise<Explanation>;
}

export interface CompareOptions {
  /** The side whose answer counts. Default: `'other'`, so that the application behaves as before. */
  readonly answer?: 'nanook' | 'other';
  /** The part of the checks that both sides decide, from 0 to 1. Default: 1. */
  readonly sample?: number;
  /** Receives the checks that the two sides decide differently. `flush` waits for a promise that it returns. */
  readonly onDifference?: (difference: AnswerDifference) => unknown;
  /** Receives errors of `onDifference`. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
}

/** The number of checks that both sides have decided. */
export interface CompareCounts {
  readonly same: number;
  readonly different: number;
  /** Different checks that only Nanook allows. */
  readonly onlyNanook: number;
  /** Different checks that only the other side allows. */
  readonly onlyOther: number;
}

/** Two authorization libraries that decide each check. One of them answers. */
export interface ComparedAuthorizer {
  /**
   * Returns the answer of the side that counts, or throws its error. It does not wait for the other side, whose errors are outcomes.
   */
  can(actor: unknown, action: string, resource: unknown, options?: CheckOptions): Promise<boolean>;
  readonly counts: CompareCounts;
  /**
   * Waits until both sides have decided each check that has started, and `onDifference` has received the differences. It waits as long as the
   * other side does, so give that side a time limit.
   */
  flush(): Promise<void>;
}

type CheckArguments = Parameters<ComparedAuthorizer['can']>;

/** A check that has started. */
interface StartedCheck {
  /** The outcome of the side that counts. */
  readonly answer: Promise<ComparedOutcome>;
  /** Ends when both sides have decided; absent for a check outside of the sample. */
  readonly comparison?: Promise<void>;
}

/**
 * Decides each check with Nanook and with another library or function, answers with one of them, and reports the checks whose outcomes differ.
 *
 * @param other a function, or an object with the method `isAllowed`, such as an instance of `Oso`
 * @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` for an invalid option or another value as `other`
 * @example
 * const compared = compareWith(authorizer, oso, { onDifference: (difference) => logger.warn(difference) });
 * await compared.can(user, 'read', note); // the answer of oso
 */
export function compareWith(
  authorizer: Pick<Authorizer, 'can' | 'explain'>,
  other: IsAllowed | { readonly isAllowed: IsAllowed },
  options: CompareOptions = {},
): ComparedAuthorizer {
  validateCompareOptions(options);
  const isAllowedByOther = isAllowedOf(other);
  const { answer = 'other', sample = 1 } = options;
  const counts = new OutcomeCounts();
  const running = new Set<Promise<void>>();

  async function start(...[actor, action, resource, checkOptions]: CheckArguments): Promise<StartedCheck> {
    // Both sides receive the same values. A query builder of an ORM would otherwise run once for each side.
    const args = [await actor, await (action as unknown), await resource] as const;
    const [awaitedActor, awaitedAction, awaitedResource] = args as readonly [unknown, string, unknown];
    const byNanook = (): Promise<ComparedOutcome> =>
      outcomeOf(() => authorizer.can(awaitedActor, awaitedAction, awaitedResource, checkOptions));
    const byOther = (): Promise<ComparedOutcome> =>
      outcomeOf(async () => {
        const answered: unknown = await isAllowedByOther(awaitedActor, awaitedAction, awaitedResource);
        if (typeof answered === 'boolean') return answered;
        throw invalid(`must return a boolean, found ${describeValue(answered)}`);
      });
    if (!isSampled(sample)) return { answer: answer === 'other' ? byOther() : byNanook() };

    // The signal is often aborted after the answer, and explanations come later.
    const { signal: _, ...explainOptions } = checkOptions ?? {};
    // Both start now, because the data may change after the answer.
    const sides = { nanook: byNanook(), other: byOther() };
    const comparison = Promise.all([sides.nanook, sides.other]).then(async ([nanook, found]) => {
      if (!counts.add(nanook, found)) return;
      const difference = {
        actor: awaitedActor,
        action: awaitedAction,
        resource: awaitedResource,
        nanook,
        other: found,
        explain: () => authorizer.explain(awaitedActor, awaitedAction, awaitedResource, explainOptions),
      };
      await report(options, difference, 'compareWith');
    });
    return { answer: sides[answer], comparison };
  }

  /** Lets `flush` wait for a check from its start until the comparison has been reported. */
  function track(started: Promise<StartedCheck>): void {
    const finished = started.then(
      ({ comparison }) => comparison,
      () => {},
    );
    running.add(finished);
    void finished.finally(() => running.delete(finished));
  }

  return {
    async can(...args) {
      const started = start(...args);
      track(started);
      const { outcome, error } = await (await started).answer;
      if (outcome === 'error' || outcome === 'undecided') throw error;
      return outcome === 'allowed';
    },
    get counts() {
      const { same, different, onlyFirst, onlySecond } = counts;
      return { same, different, onlyNanook: onlyFirst, onlyOther: onlySecond };
    },
    async flush() {
      await Promise.all(running);
    },
  };
}

function isAllowedOf(other: unknown): IsAllowed {
  if (typeof other === 'function') return other as IsAllowed;
  const method = (other as { readonly isAllowed?: unknown } | null | undefined)?.isAllowed;
  if (typeof method !== 'function')
    throw invalid(
      `must be a function, or an object with the method isAllowed, found ${describeValue(other)}`,
    );
  return (actor, action, resource) => (other as { isAllowed: IsAllowed }).isAllowed(actor, action, resource);
}

const invalid = (reason: string): PolarError => invalidOption('other', `of compareWith ${reason}`);

const validateCompareOptions = (options: CompareOptions): void =>
  checkObject('compareWith', options, "{ answer: 'other' }", {
    answer: oneOf('nanook', 'other'),
    sample: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    onDifference: isFunction,
    onError: isFunction,
  } satisfies { readonly [Option in keyof CompareOptions]-?: OptionCheck });
