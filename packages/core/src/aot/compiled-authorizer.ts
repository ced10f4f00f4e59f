import { resourceTypeOf } from '../authorization/resource-type.js';
import { isUndecided } from '../authorization/undecided.js';
import { PrecompiledPolicy } from './precompiled-policy.js';
import type { EntryName, PolicyModule } from '../engine/backends/module/policy-module.js';
import type { Limits } from '../engine/limits.js';
import type { Arguments } from '../engine/query/query-run.js';
import { BaseAuthorizer } from '../authorization/base-authorizer.js';
import {
  validateDecisionOptions,
  validateQueryOptions,
  limitsOf,
} from '../authorization/validate-options.js';
import { constantsOf, type DecisionOptions } from '../authorization/options.js';
import type { CheckOptions } from '../authorization/query-options.js';
import { TypeTable } from '../types/type-table.js';

/**
 * Decides by a policy that was compiled ahead: nothing is read, checked or compiled when the application starts, and no code is
 * made of text. It answers what `Authorizer` answers.
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
  /** The content hash of the policy. */
  readonly policyHash: string;

  private constructor(module: PolicyModule, options: DecisionOptions) {
    super(options);
    const clock = options.clock ?? (() => new Date());
    const types = new TypeTable(options.types, constantsOf(options, clock));
    this.#options = options;
    this.#limits = limitsOf(options.limits);
    this.#policy = new PrecompiledPolicy(module, types, options.equality ?? 'identity');
    this.policyHash = module.hash;
  }

  /**
   * @param module the default export of the file that `compilePolicy` wrote
   * @param options types and constants as they were when the policy was compiled
   * @throws {PolarError} `POLAR_LOAD_MODULE_…` when the policy was compiled by another version, or for other types; `POLAR_TYPE_…`
   *   for a wrong option or type
   */
  static load(module: PolicyModule, options: DecisionOptions = {}): CompiledAuthorizer {
    validateDecisionOptions(options);
    return new CompiledAuthorizer(module, options);
  }

  /** Whether the policy has rules for these questions. */
  hasRule(name: EntryName): boolean {
    return this.#policy.has(name);
  }

  /** As `Authorizer.isAllowed`. */
  async isAllowed(
    actor: unknown,
    action: string,
    resource: unknown,
    settings?: CheckOptions,
  ): Promise<boolean> {
    return this.check('allow', [actor, action, resource], settings);
  }

  /** As `isAllowed`, at once. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the policy meets a promise */
  isAllowedSync(actor: unknown, action: string, resource: unknown, settings?: CheckOptions): boolean {
    try {
      return this.#policy.askSync(
        'allow',
        [actor, action, resource],
        this.#limitsOf(settings),
        settings?.signal,
      );
    } catch (error) {
      return this.#failed(error);
    }
  }

  protected check(
    rule: EntryName,
    args: Arguments,
    settings: CheckOptions | undefined,
  ): boolean | Promise<boolean> {
    try {
      const answer = this.checkUnrecorded(args, settings, rule);
      return typeof answer === 'boolean' ? answer : answer.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** @throws {PolarError} `POLAR_UNDECIDED_…` whatever `undecided` says */
  protected checkUnrecorded(
    args: Arguments,
    settings: CheckOptions | undefined,
    rule: EntryName = 'allow',
  ): boolean | Promise<boolean> {
    return this.#policy.ask(rule, args, this.#limitsOf(settings), settings?.signal);
  }

  protected typeNameOf(resource: unknown): string | undefined {
    return resourceTypeOf(resource, this.#policy.typeSets);
  }

  /** @throws what was thrown, unless it is undecided and that is a refusal */
  #failed(error: unknown): false {
    if (this.#options.undecided === 'deny' && isUndecided(error)) return false;
    throw error;
  }

  #limitsOf(settings: CheckOptions | undefined): Limits {
    if (settings !== undefined) validateQueryOptions(settings);
    return settings?.limits === undefined ? this.#limits : limitsOf({ ...this.#limits, ...settings.limits });
  }
}
