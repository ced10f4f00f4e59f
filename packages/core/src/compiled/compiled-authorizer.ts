import { ForbiddenError } from '../authorization/authorization-error.js';
import { refusal, textOrNone } from '../authorization/refusal.js';
import { isUndecided } from '../authorization/undecided.js';
import { AheadPolicy } from '../engine/ahead/ahead-policy.js';
import type { EntryName, PolicyModule } from '../engine/ahead/policy-module.js';
import type { Limits } from '../engine/limits.js';
import { allOf } from '../internal/side-by-side.js';
import { checkDecisionOptions, constantsOf, type DecisionOptions, limitsOf } from '../options.js';
import type { AuthorizeSettings, QuestionSettings } from '../question-settings.js';
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
export class CompiledAuthorizer {
  readonly #policy: AheadPolicy;
  readonly #options: DecisionOptions;
  readonly #limits: Limits;
  /** The content hash of the policy. */
  readonly policyHash: string;

  private constructor(module: PolicyModule, options: DecisionOptions) {
    const clock = options.clock ?? (() => new Date());
    const types = new TypeTable(options.types, constantsOf(options, clock));
    this.#options = options;
    this.#limits = limitsOf(options.limits);
    this.#policy = new AheadPolicy(module, types, options.equality ?? 'identity');
    this.policyHash = module.hash;
  }

  /**
   * @param module the default export of the file that `compilePolicy` wrote
   * @param options types and constants as they were when the policy was compiled
   * @throws {PolarError} `POLAR_LOAD_MODULE_…` when the policy was compiled by another version, or for other types; `POLAR_TYPE_…`
   *   for a wrong option or type
   */
  static load(module: PolicyModule, options: DecisionOptions = {}): CompiledAuthorizer {
    checkDecisionOptions(options);
    return new CompiledAuthorizer(module, options);
  }

  /** Whether the policy has rules for these questions. */
  hasRule(name: EntryName): boolean {
    return this.#policy.has(name);
  }

  /** As `Authorizer.isAllowed`. */
  async isAllowed(
    actor: unknown,
    action: unknown,
    resource: unknown,
    settings?: QuestionSettings,
  ): Promise<boolean> {
    return this.#ask('allow', [actor, action, resource], settings);
  }

  /** As `isAllowed`, at once. @throws {PolarError} `POLAR_RUN_PROMISE_IN_SYNC` when the policy meets a promise */
  isAllowedSync(actor: unknown, action: unknown, resource: unknown, settings?: QuestionSettings): boolean {
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

  /** As `Authorizer.authorize`. @throws {NotFoundError} {ForbiddenError} */
  async authorize<Resource>(
    actor: unknown,
    action: unknown,
    resource: Resource,
    settings: AuthorizeSettings = {},
  ): Promise<Awaited<Resource>> {
    const awaited = await resource;
    if (await this.#ask('allow', [actor, action, awaited], settings)) return awaited;
    throw await refusal(action, settings, this.#options, (readAction) =>
      this.#asked('allow', [actor, readAction, awaited], settings),
    );
  }

  /** As `Authorizer.isAllowedAll`. */
  async isAllowedAll(
    actor: unknown,
    action: unknown,
    resources: Iterable<unknown>,
    settings?: QuestionSettings,
  ): Promise<boolean[]> {
    const [who, what] = [await actor, await action];
    return allOf(resources, (resource) => this.#ask('allow', [who, what, resource], settings));
  }

  /** As `Authorizer.filterAllowed`. */
  async filterAllowed<Resource>(
    actor: unknown,
    action: unknown,
    resources: Iterable<Resource>,
    settings?: QuestionSettings,
  ): Promise<Resource[]> {
    const [who, what] = [await actor, await action];
    const all = [...resources];
    const answers = await allOf(all, async (resource) => {
      try {
        return await this.#asked('allow', [who, what, resource], settings);
      } catch (error) {
        if (isUndecided(error)) return false;
        throw error;
      }
    });
    return all.filter((_, i) => answers[i]);
  }

  /** Passes when `allow_request(actor, request)` holds. @throws {ForbiddenError} */
  async authorizeRequest(actor: unknown, request: unknown, settings?: QuestionSettings): Promise<void> {
    if (!(await this.#ask('allow_request', [actor, request], settings))) throw new ForbiddenError();
  }

  /** Passes when `allow_field(actor, action, resource, field)` holds. @throws {ForbiddenError} */
  async authorizeField(
    actor: unknown,
    action: unknown,
    resource: unknown,
    field: unknown,
    settings?: QuestionSettings,
  ): Promise<void> {
    if (!(await this.#ask('allow_field', [actor, action, resource, field], settings)))
      throw new ForbiddenError(textOrNone(action));
  }

  #ask(
    rule: EntryName,
    args: readonly [unknown, unknown, unknown?, unknown?],
    settings: QuestionSettings | undefined,
  ): boolean | Promise<boolean> {
    try {
      const answer = this.#asked(rule, args, settings);
      return typeof answer === 'boolean' ? answer : answer.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** @throws {PolarError} whatever `undecided` says */
  #asked(
    rule: EntryName,
    args: readonly [unknown, unknown, unknown?, unknown?],
    settings: QuestionSettings | undefined,
  ): boolean | Promise<boolean> {
    return this.#policy.ask(rule, args, this.#limitsOf(settings), settings?.signal);
  }

  /** @throws what was thrown, unless it is undecided and that is a refusal */
  #failed(error: unknown): false {
    if (this.#options.undecided === 'deny' && isUndecided(error)) return false;
    throw error;
  }

  #limitsOf(settings: QuestionSettings | undefined): Limits {
    return settings?.limits === undefined ? this.#limits : limitsOf({ ...this.#limits, ...settings.limits });
  }
}
