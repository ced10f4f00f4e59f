import { ForbiddenError } from './authorization-error.js';
import type { Decision } from './decision.js';
import { refusal, textOrNone } from './refusal.js';
import { isUndecided } from './undecided.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { hostError } from '../engine/host-error.js';
import type { Arguments } from '../engine/query/query-run.js';
import { isThenable } from '../host/value.js';
import { describeValue } from '../internal/describe-value.js';
import { mapConcurrently } from '../internal/map-concurrently.js';
import type { DecisionOptions } from './options.js';
import { TypeToken } from '../types/declared-type.js';
import type { AuthorizeOptions, CheckOptions } from './query-options.js';

/** What an application does with answers, whoever gives them. */
export abstract class BaseAuthorizer {
  readonly #options: DecisionOptions;

  protected constructor(options: DecisionOptions) {
    this.#options = options;
  }

  /** Asks a rule: at once where no promise is met. */
  protected abstract ask(
    kind: Decision['kind'],
    args: Arguments,
    settings: CheckOptions | undefined,
  ): boolean | Promise<boolean>;

  /** Asks `allow`, and tells nobody of it. */
  protected abstract holds(args: Arguments, settings: CheckOptions | undefined): boolean | Promise<boolean>;

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
    settings: AuthorizeOptions = {},
  ): Promise<Awaited<Resource>> {
    let awaited: Awaited<Resource>;
    try {
      awaited = await resource;
    } catch (error) {
      throw rejectionOf(resource, error);
    }
    if (await this.ask('allow', [actor, action, awaited], settings)) return awaited;
    // A type is not a secret.
    const shown = isType(awaited) ? { ...settings, checkRead: false } : settings;
    throw await refusal(action, this.typeNameOf(awaited), shown, this.#options, (readAction) =>
      this.holds([actor, readAction, awaited], settings),
    );
  }

  /** Passes when `allow_request(actor, request)` holds. @throws {ForbiddenError} */
  async authorizeRequest(actor: unknown, request: unknown, settings?: CheckOptions): Promise<void> {
    if (!(await this.ask('allow_request', [actor, request], settings)))
      throw new ForbiddenError(undefined, { reason: 'no rule of allow_request matched' });
  }

  /** Passes when `allow_field(actor, action, resource, field)` holds. @throws {ForbiddenError} */
  async authorizeField(
    actor: unknown,
    action: string,
    resource: unknown,
    field: string,
    settings?: CheckOptions,
  ): Promise<void> {
    if (!(await this.ask('allow_field', [actor, action, resource, field], settings)))
      throw this.#fieldRefusal(action, await awaitArgument(resource), field);
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
    settings?: CheckOptions,
  ): Promise<boolean[]> {
    const all = listOfResources('isAllowedAll(actor, action, resources)', resources);
    const [who, what] = [await awaitArgument(actor), await awaitArgument(action as unknown)];
    return mapConcurrently(all, (resource) => this.ask('allow', [who, what, resource], settings));
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
    settings?: CheckOptions,
  ): Promise<Resource[]> {
    const all = listOfResources('filterAllowed(actor, action, resources)', resources);
    const [who, what] = [await awaitArgument(actor), await awaitArgument(action as unknown)];
    const answers = await mapConcurrently(all, (resource) => this.#decided([who, what, resource], settings));
    return all.filter((_, i) => answers[i]);
  }

  #fieldRefusal(action: string, resource: unknown, field: string): ForbiddenError {
    const resourceType = this.typeNameOf(resource);
    const of = resourceType === undefined ? '' : ` of ${resourceType}`;
    const reason = `no rule of allow_field for ${JSON.stringify(action)} on ${JSON.stringify(field)}${of} matched`;
    return new ForbiddenError(textOrNone(action), { resourceType, reason });
  }

  /** Asks `allow`; undecided is no. */
  #decided(args: Arguments, settings: CheckOptions | undefined): boolean | Promise<boolean> {
    try {
      const answer = this.ask('allow', args, settings);
      return typeof answer === 'boolean' ? answer : answer.catch(undecidedIsNo);
    } catch (error) {
      return undecidedIsNo(error);
    }
  }
}

/** Returns whether the resource is a type itself, as for *create* and *list*. */
function isType(resource: unknown): boolean {
  try {
    return typeof resource === 'function' || resource instanceof TypeToken;
  } catch {
    // A proxy that throws is not a type.
    return false;
  }
}

/** Returns the resources of a batch. @throws {PolarError} `POLAR_TYPE_NOT_A_LIST` */
export function listOfResources<Resource>(call: string, resources: Iterable<Resource>): readonly Resource[] {
  if (typeof resources === 'object' && resources !== null) {
    try {
      if (typeof resources[Symbol.iterator] === 'function') return [...resources];
    } catch (error) {
      throw hostError(error, 'the list of resources', undefined);
    }
  }
  const found = describeValue(resources);
  throw new PolarError('POLAR_TYPE_NOT_A_LIST', {
    call,
    found,
    advice: found === 'a promise' ? 'await it' : 'pass a list of resources, such as [note]',
  });
}

/** Awaits an argument. @throws {PolarError} `POLAR_RUN_HOST_ERROR` when it rejects, or is a proxy that throws */
export async function awaitArgument<Value>(value: Value): Promise<Awaited<Value>> {
  try {
    return await value;
  } catch (error) {
    throw hostError(error, 'an argument', undefined);
  }
}

/** Returns the error of a resource that cannot be awaited. A loader's own error stays, so that error handlers recognize it. */
const rejectionOf = (resource: unknown, error: unknown): unknown =>
  isPromise(resource) ? error : hostError(error, 'an argument', undefined);

function isPromise(value: unknown): boolean {
  try {
    return isThenable(value);
  } catch {
    return false;
  }
}

function undecidedIsNo(error: unknown): false {
  if (isUndecided(error)) return false;
  throw error;
}
