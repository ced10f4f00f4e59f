import { ForbiddenError } from './authorization/authorization-error.js';
import type { Decision } from './authorization/decision.js';
import { refusal, textOrNone } from './authorization/refusal.js';
import { isUndecided } from './authorization/undecided.js';
import type { Arguments } from './engine/question.js';
import { allOf } from './internal/side-by-side.js';
import type { DecisionOptions } from './options.js';
import { TypeToken } from './types/declared-type.js';
import type { AuthorizeSettings, QuestionSettings } from './question-settings.js';

/** What an application does with answers, whoever gives them. */
export abstract class Enforcement {
  readonly #options: DecisionOptions;

  protected constructor(options: DecisionOptions) {
    this.#options = options;
  }

  /** Asks a rule: at once where no promise is met. */
  protected abstract ask(
    kind: Decision['kind'],
    args: Arguments,
    settings: QuestionSettings | undefined,
  ): boolean | Promise<boolean>;

  /** Asks `allow`, and tells nobody of it. */
  protected abstract holds(
    args: Arguments,
    settings: QuestionSettings | undefined,
  ): boolean | Promise<boolean>;

  /** Returns the name of a resource's declared type, for the log. */
  protected abstract typeNameOf(resource: unknown): string | undefined;

  /**
   * Passes when the actor may do this to the resource.
   *
   * @returns the resource
   * @throws {NotFoundError} when the actor may not even read it
   * @throws {ForbiddenError} when the actor may read it, but not do this; or the resource is a type, which is not a secret
   */
  async authorize<Resource>(
    actor: unknown,
    action: string,
    resource: Resource,
    settings: AuthorizeSettings = {},
  ): Promise<Awaited<Resource>> {
    const awaited = await resource;
    if (await this.ask('allow', [actor, action, awaited], settings)) return awaited;
    // A type is not a secret.
    const shown = isType(awaited) ? { ...settings, checkRead: false } : settings;
    throw await refusal(action, this.typeNameOf(awaited), shown, this.#options, (readAction) =>
      this.holds([actor, readAction, awaited], settings),
    );
  }

  /** Passes when `allow_request(actor, request)` holds. @throws {ForbiddenError} */
  async authorizeRequest(actor: unknown, request: unknown, settings?: QuestionSettings): Promise<void> {
    if (!(await this.ask('allow_request', [actor, request], settings)))
      throw new ForbiddenError(undefined, { reason: 'no rule of allow_request matched' });
  }

  /** Passes when `allow_field(actor, action, resource, field)` holds. @throws {ForbiddenError} */
  async authorizeField(
    actor: unknown,
    action: string,
    resource: unknown,
    field: string,
    settings?: QuestionSettings,
  ): Promise<void> {
    if (!(await this.ask('allow_field', [actor, action, resource, field], settings)))
      throw this.#fieldRefusal(action, await resource, field);
  }

  /**
   * `isAllowed` for each of the resources, side by side: what their checks load in one tick reaches a loader that batches by tick
   * (DataLoader) together.
   *
   * @returns the answers, in the order of the resources
   * @throws what `isAllowed` throws for any of them
   * @example
   * const [mayEdit, mayDelete] = await authorizer.isAllowedAll(user, 'edit', [draft, published]);
   */
  async isAllowedAll(
    actor: unknown,
    action: string,
    resources: Iterable<unknown>,
    settings?: QuestionSettings,
  ): Promise<boolean[]> {
    const [who, what] = [await actor, await (action as unknown)];
    return allOf(resources, (resource) => this.ask('allow', [who, what, resource], settings));
  }

  /**
   * The resources on which the actor may perform the action, in their order. What is undecided is left out. Checks run side by
   * side, as in `isAllowedAll`.
   *
   * @throws {PolarError} `POLAR_RUN_…` for a fault in any of the checks
   */
  async filterAllowed<Resource>(
    actor: unknown,
    action: string,
    resources: Iterable<Resource>,
    settings?: QuestionSettings,
  ): Promise<Resource[]> {
    const [who, what] = [await actor, await (action as unknown)];
    const all = [...resources];
    const answers = await allOf(all, (resource) => this.#decided([who, what, resource], settings));
    return all.filter((_, i) => answers[i]);
  }

  #fieldRefusal(action: string, resource: unknown, field: string): ForbiddenError {
    const resourceType = this.typeNameOf(resource);
    const of = resourceType === undefined ? '' : ` of ${resourceType}`;
    const reason = `no rule of allow_field for ${JSON.stringify(action)} on ${JSON.stringify(field)}${of} matched`;
    return new ForbiddenError(textOrNone(action), { resourceType, reason });
  }

  /** Asks `allow`; undecided is no. */
  #decided(args: Arguments, settings: QuestionSettings | undefined): boolean | Promise<boolean> {
    try {
      const answer = this.ask('allow', args, settings);
      return typeof answer === 'boolean' ? answer : answer.catch(undecidedIsNo);
    } catch (error) {
      return undecidedIsNo(error);
    }
  }
}

/** Returns whether the resource is a type itself, as for *create* and *list*. */
const isType = (resource: unknown): boolean =>
  typeof resource === 'function' || resource instanceof TypeToken;

function undecidedIsNo(error: unknown): false {
  if (isUndecided(error)) return false;
  throw error;
}
