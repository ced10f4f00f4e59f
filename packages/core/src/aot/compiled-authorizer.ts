import { resourceTypeOf } from '../authorization/resource-type.js';
import { isUndecided } from '../authorization/undecided.js';
import { PrecompiledPolicy } from './precompiled-policy.js';
import type { PolicyModule } from '../engine/backends/module/policy-module.js';
import type { EntryName } from '../engine/entry-arities.js';
import type { Limits } from '../engine/limits.js';
import type { Arguments } from '../engine/query/query-run.js';
import { BaseAuthorizer, type Decider } from '../authorization/base-authorizer.js';
import {
  validateDecisionOptions,
  validateQueryOptions,
  limitsOf,
} from '../authorization/validate-options.js';
import { constantsOf, type DecisionOptions } from '../authorization/options.js';
import type { CheckOptions } from '../authorization/query-options.js';
import { PlainTypeTable } from '../types/plain-type-table.js';
import type { ActionOf } from '../types/policy-types.js';
import { checkFormat } from './check-module.js';
import { declarationsOf, partsOf } from './policy-parts.js';

/**
 * Runs checks with a policy that was compiled ahead of time. When the application starts, no policy is read, checked or compiled, and no
 * code is generated. The results are those of `Authorizer`.
 *
 * @example
 * import policy from './policy.js'; // written by compilePolicy
 * const authorizer = CompiledAuthorizer.load(policy, { types: { User, Document } });
 * await authorizer.isAllowed(user, 'read', document);
 */
export class CompiledAuthorizer extends BaseAuthorizer {
  readonly #policy: PrecompiledPolicy;
  readonly #options: DecisionOptions;
  readonly #limits: Limits;
  protected readonly decider: Decider = {
    check: (rule, args, options) => this.#check(rule, args, options),
    checkUnrecorded: (kind, args, options) => this.#checkUnrecorded(kind, args, options),
    typeNameOf: (resource) => resourceTypeOf(resource, this.#policy.typeSets),
  };
  /** The content hash of the policy. */
  readonly policyHash: string;

  private constructor(module: PolicyModule, options: DecisionOptions) {
    super(options);
    const clock = options.clock ?? (() => new Date());
    checkFormat(module);
    const parts = partsOf(module);
    const types = new PlainTypeTable(options.types, constantsOf(options, clock), declarationsOf(parts));
    this.#options = options;
    this.#limits = limitsOf(options.limits);
    this.#policy = new PrecompiledPolicy(module, types, options.equality ?? 'identity', parts);
    this.policyHash = module.hash;
  }

  /**
   * Loads a compiled policy.
   *
   * @param module the default export of the file that `compilePolicy` wrote
   * @param options the types and constants that the policy was compiled with
   * @throws {PolarError} `POLAR_LOAD_MODULE_…` when the policy was compiled by another version, or for other types; `POLAR_TYPE_…`
   *   for a wrong option or type
   */
  static load(module: PolicyModule, options: DecisionOptions = {}): CompiledAuthorizer {
    validateDecisionOptions(options);
    return new CompiledAuthorizer(module, options);
  }

  /** Checks whether the policy has rules for this kind of check. */
  hasRule(name: EntryName): boolean {
    return this.#policy.has(name);
  }

  /** Checks whether the actor may perform the action, like `Authorizer.isAllowed`. */
  async isAllowed<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options?: CheckOptions,
  ): Promise<boolean> {
    return this.#check('allow', [actor, action, resource], options);
  }

  /** Checks synchronously, like `Authorizer.isAllowedSync`. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the policy meets a promise */
  isAllowedSync<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options?: CheckOptions,
  ): boolean {
    try {
      return this.#policy.checkSync(
        'allow',
        [actor, action, resource],
        this.#limitsOf(options),
        options?.signal,
      );
    } catch (error) {
      return this.#failed(error);
    }
  }

  #check(rule: EntryName, args: Arguments, options: CheckOptions | undefined): boolean | Promise<boolean> {
    try {
      const answer = this.#checkUnrecorded(rule, args, options);
      return typeof answer === 'boolean' ? answer : answer.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** @throws {PolarError} `POLAR_UNDECIDED_…` even with the option `undecided: 'deny'` */
  #checkUnrecorded(
    rule: EntryName,
    args: Arguments,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    return this.#policy.check(rule, args, this.#limitsOf(options), options?.signal);
  }

  /** Returns `false` for an undecided check with the option `undecided: 'deny'`. @throws every other error */
  #failed(error: unknown): false {
    if (this.#options.undecided === 'deny' && isUndecided(error)) return false;
    throw error;
  }

  #limitsOf(options: CheckOptions | undefined): Limits {
    if (options !== undefined) validateQueryOptions(options);
    return options?.limits === undefined ? this.#limits : limitsOf({ ...this.#limits, ...options.limits });
  }
}
