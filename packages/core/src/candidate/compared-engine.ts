import { DecisionEngine, type DecisionContext, type Mode } from '../authorization/decision-engine.js';
import type { Decision, DecisionOutcome } from '../authorization/decision.js';
import type { LoadedPolicy } from '../authorization/loaded-policy.js';
import type { CheckOptions, RefusalOptions } from '../authorization/query-options.js';
import { isUndecided } from '../authorization/undecided.js';
import type { Arguments } from '../engine/query/query-run.js';
import type { Explanation } from '../explanation/explanation.js';
import type { DecidedCheck } from './comparison.js';

/** Receives each decided check. It neither throws nor runs code of the application. */
export type Compare = (check: DecidedCheck) => void;

/** Decides the checks of one policy, and passes each decision on, so that another policy can decide the same check. */
export class ComparedEngine extends DecisionEngine {
  readonly #compare: Compare;
  readonly #deniesUndecided: boolean;

  constructor(loaded: LoadedPolicy, context: DecisionContext, compare: Compare) {
    super(loaded, context);
    this.#compare = compare;
    this.#deniesUndecided = context.options.undecided === 'deny';
  }

  override decide(
    mode: Mode,
    kind: Decision['kind'],
    arity: number,
    a: unknown,
    b: unknown,
    c: unknown,
    d: unknown,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    const decide = () => super.decide(mode, kind, arity, a, b, c, d, options);
    if (mode === 'unrecorded') return decide();
    const args = ([a, b, c, d] as const).slice(0, arity) as unknown as Arguments;
    const decided = (holds: boolean): boolean => {
      this.#decided(mode, kind, args, holds ? 'allowed' : 'denied', undefined);
      return holds;
    };
    const failed = (error: unknown): never => this.#failed(mode, kind, args, error);
    try {
      const result = decide();
      return typeof result === 'boolean' ? decided(result) : result.then(decided, failed);
    } catch (error) {
      return failed(error);
    }
  }

  override async checkExplained(
    kind: Decision['kind'],
    args: Arguments,
    options: RefusalOptions,
  ): Promise<true | Explanation> {
    let result: true | Explanation;
    try {
      result = await super.checkExplained(kind, args, options);
    } catch (error) {
      return this.#failed('async', kind, args, error);
    }
    this.#decided('async', kind, args, result === true ? 'allowed' : 'denied', undefined);
    return result;
  }

  #failed(mode: Mode, kind: Decision['kind'], args: Arguments, error: unknown): never {
    this.#decided(mode, kind, args, isUndecided(error) ? 'undecided' : 'error', error);
    throw error;
  }

  #decided(
    mode: Mode,
    kind: Decision['kind'],
    args: Arguments,
    outcome: DecisionOutcome,
    error: unknown,
  ): void {
    const seen = outcome === 'undecided' && this.#deniesUndecided ? 'denied' : outcome;
    this.#compare({ kind, args, outcome: seen, error, isSync: mode === 'sync' });
  }
}
