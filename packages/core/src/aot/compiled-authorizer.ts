import type { BaseAuthorizer } from '../authorization/base-authorizer.js';
import { limitsOf } from '../authorization/limits-of.js';
import { missingResource } from '../authorization/missing-resource.js';
import { optionChecks } from '../authorization/option-checks.js';
import { invalidOption } from '../authorization/invalid-option.js';
import { constantsOf, type DecisionOptions } from '../authorization/options.js';
import type { AuthorizeOptions, CheckOptions, RefusalOptions } from '../authorization/query-options.js';
import { PolarError, isUndecided } from '../diagnostics/polar-error.js';
import type { PolicyModule } from '../engine/backends/module/policy-module.js';
import type { EntryName } from '../engine/entry-arities.js';
import type { Limits } from '../engine/limits.js';
import type { Arguments } from '../engine/query/query-run.js';
import { handleRejections } from '../host/handle-rejections.js';
import { PlainTypeTable } from '../types/plain-type-table.js';
import type { ActionOf, FieldActionOf, FieldOf, TypeItself, TypeName } from '../types/policy-types.js';
import { checkFormat } from './check-module.js';
import type { CommonChecks } from './common-checks.js';
import { loadLater } from './on-demand.js';
import { declarationsOf, partsOf } from './policy-parts.js';
import { PrecompiledPolicy } from './precompiled-policy.js';

/** A policy that was compiled ahead of time. */
export interface CompiledPolicy {
  /** The content hash of the policy. */
  readonly hash: string;
  /** Returns whether the policy has rules for this kind of check. */
  readonly hasRule: (name: EntryName) => boolean;
}

/**
 * Runs checks with a policy that was compiled ahead of time. When the application starts, no policy is read, checked or compiled, and no
 * code is generated. The results are those of `Authorizer`.
 *
 * @example
 * import policy from './policy.js'; // written by compilePolicy
 * const authorizer = CompiledAuthorizer.load(policy, { types: { User, Document } });
 * await authorizer.can(user, 'read', document);
 */
export class CompiledAuthorizer {
  readonly #types: PlainTypeTable;
  readonly #policy: PrecompiledPolicy;
  readonly #options: DecisionOptions;
  readonly #limits: Limits;
  #checks: CommonChecks | undefined;
  /** The compiled policy: its content hash, and the kinds of checks that it has rules for. */
  readonly policy: CompiledPolicy;

  private constructor(module: PolicyModule, options: DecisionOptions) {
    const clock = options.clock ?? (() => new Date());
    checkFormat(module);
    const parts = partsOf(module);
    const types = new PlainTypeTable(options.types, constantsOf(options, clock), declarationsOf(parts));
    this.#types = types;
    this.#options = options;
    this.#limits = limitsOf(options.limits);
    this.#policy = new PrecompiledPolicy(module, types, options.equality ?? 'identity', parts);
    this.policy = { hash: module.hash, hasRule: (name) => this.#policy.has(name) };
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
    optionChecks()?.ofLoad(options);
    return new CompiledAuthorizer(module, options);
  }

  /** Returns a type as a resource, like `Authorizer.type`. @throws {PolarError} `POLAR_TYPE_UNKNOWN_TYPE` */
  type<Name extends TypeName>(name: Name): TypeItself<Name> {
    const found = this.#types.find(name);
    if (found === undefined) throw new PolarError('POLAR_TYPE_UNKNOWN_TYPE', { name, known: [] });
    return found.value as TypeItself<Name>;
  }

  /** Checks whether the actor may perform the action, like `Authorizer.can`. */
  async can<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options?: CheckOptions,
  ): Promise<boolean> {
    if (resource === undefined && arguments.length < 3) throw missingResource('can');
    return this.#check('allow', [actor, action, resource], options);
  }

  /** Checks synchronously, like `Authorizer.canSync`. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the policy meets a promise */
  canSync<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options?: CheckOptions,
  ): boolean {
    if (resource === undefined && arguments.length < 3) throw missingResource('canSync');
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

  /** Throws unless the actor may perform the action, like `Authorizer.authorize`. */
  authorize<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options?: AuthorizeOptions,
  ): Promise<Awaited<Resource>> {
    // The number of arguments says whether the resource was forgotten.
    return this.#later(
      'authorize',
      ...(arguments as unknown as [typeof actor, typeof action, typeof resource, typeof options]),
    );
  }

  /** Throws unless `allow_request` holds, like `Authorizer.authorizeRequest`. */
  authorizeRequest(actor: unknown, request: unknown, options?: RefusalOptions): Promise<void> {
    return this.#later('authorizeRequest', actor, request, options);
  }

  /** Throws unless `allow_field` holds, like `Authorizer.authorizeField`. */
  authorizeField<Resource>(
    actor: unknown,
    action: FieldActionOf<Resource>,
    resource: Resource,
    field: FieldOf<Resource>,
    options?: RefusalOptions,
  ): Promise<void> {
    return this.#later('authorizeField', actor, action, resource, field, options);
  }

  /** Returns the result of `can` for each of the resources, like `Authorizer.canAll`. */
  canAll<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resources: Iterable<Resource>,
    options?: CheckOptions,
  ): Promise<boolean[]> {
    return this.#later('canAll', actor, action, resources, options);
  }

  /** Returns the resources on which the actor may perform the action, like `Authorizer.filter`. */
  filter<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resources: Iterable<Resource>,
    options?: CheckOptions,
  ): Promise<Resource[]> {
    return this.#later('filter', actor, action, resources, options);
  }

  /** Returns those of the fields on which the actor may perform the action, like `Authorizer.filterFields`. */
  filterFields<Resource>(
    actor: unknown,
    action: FieldActionOf<Resource>,
    resource: Resource,
    fields: Iterable<string>,
    options?: CheckOptions,
  ): Promise<Set<string>> {
    return this.#later('filterFields', actor, action, resource, fields, options);
  }

  /** Runs a check whose code is loaded on demand. */
  #later<Result>(name: keyof BaseAuthorizer, ...args: unknown[]): Promise<Result> {
    const check = (checks: CommonChecks): Promise<Result> =>
      (checks[name] as (...given: unknown[]) => Promise<Result>)(...args);
    if (this.#checks !== undefined) return check(this.#checks);
    args.forEach(handleRejections);
    return this.#loadChecks().then(check);
  }

  async #loadChecks(): Promise<CommonChecks> {
    const { CommonChecks } = await loadLater();
    return (this.#checks ??= new CommonChecks(
      this.#options,
      {
        check: (rule, args, options) => this.#check(rule, args, options),
        checkUnrecorded: (rule, args, options) => this.#checkUnrecorded(rule, args, options),
      },
      this.#policy.typeSets,
    ));
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
    if (options?.facts !== undefined) throw invalidOption('facts', 'needs `Authorizer`, which links them');
    if (options !== undefined) optionChecks()?.ofCheck(options);
    return options?.limits === undefined ? this.#limits : limitsOf({ ...this.#limits, ...options.limits });
  }
}
