import {
  checkObject,
  isFunction,
  isOptionsObject,
  isText,
  oneOf,
  type OptionCheck,
} from '../authorization/validate-options.js';
import type { ReloadOptions } from '../authorization/options.js';
import type { Limits } from '../engine/limits.js';
import type { ExplanationOptions } from '../explanation/explain-query.js';
import type { DecisionDifference } from './difference.js';

/** A value that identifies an actor. */
export type ActorIdentity = string | number | bigint;

/** Options of `loadCandidate`. */
export interface CandidateOptions extends ReloadOptions {
  /**
   * The part of the checks that the candidate also decides, from 0 to 1. Default: 1.
   */
  readonly sample?: number;
  /** The number of checks that can wait for the candidate. Further checks are not compared. Default: 1,000. */
  readonly maxPending?: number;
  /**
   * The limits of a check by the candidate. Default: those of the authorizer, with at most 50,000 steps, a depth of 10,000 and one second.
   */
  readonly limits?: Partial<Limits>;
  /**
   * `'skip'`: the comparison calls no method, getter or constructor of the application; it leaves out the checks that need one. Default
   * `'call'`: it calls them again, as each check does.
   */
  readonly methods?: 'call' | 'skip';
  /** Receives the checks that the candidate decides differently, with the reasons of both policies. */
  readonly onDifference?: (difference: DecisionDifference) => unknown;
  /** The number of differences that are explained and passed to `onDifference`. Further ones are counted. Default: 1,000. */
  readonly maxDifferences?: number;
  /** The contents of the explanations, such as `mask`. */
  readonly explanations?: ExplanationOptions;
  /** Receives errors of `onDifference` and `identify`. Default: `console.error`. */
  readonly onError?: (error: unknown) => void;
  /**
   * Returns a value that identifies an actor, for `rollOut`; `undefined` for an actor that keeps the policy in use. Default: a text or
   * number itself, otherwise the declared key, otherwise `id`.
   */
  readonly identify?: (actor: unknown) => ActorIdentity | null | undefined;
  /** Selects other actors for the same percentage in `rollOut`. Default: empty. */
  readonly seed?: string;
}

export const isCount: OptionCheck = (value) => Number.isSafeInteger(value) && (value as number) >= 0;

const checks = {
  version: (value) => isText(value) && value !== '',
  sample: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  maxPending: isCount,
  limits: isOptionsObject,
  methods: oneOf('call', 'skip'),
  onDifference: isFunction,
  maxDifferences: isCount,
  explanations: isOptionsObject,
  onError: isFunction,
  identify: isFunction,
  seed: isText,
} satisfies { readonly [Option in keyof CandidateOptions]-?: OptionCheck };

/** Checks the options of `loadCandidate`. @throws {PolarError} `POLAR_TYPE_INVALID_OPTION` */
export const validateCandidateOptions = (options: CandidateOptions): void =>
  checkObject('loadCandidate', options, "{ version: '1.5.0' }", checks);
