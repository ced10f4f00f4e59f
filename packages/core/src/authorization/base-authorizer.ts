import { isPromise } from '../internal/promise.js';
import { ForbiddenError } from './authorization-error.js';
import type { Decision } from './decision.js';
import { missingResource } from './missing-resource.js';
import { noOptions } from './own-limits.js';
import type { FieldBatch } from './field-batch.js';
import { denialReason, denyUndecided, refusal, textOrNone } from './refusal.js';
import { PolarError } from '../diagnostics/polar-error.js';
import { hostError } from '../engine/host-error.js';
import type { Arguments } from '../engine/query/query-run.js';
import { describeValue } from '../internal/descriptions.js';
import { mapConcurrently } from '../internal/concurrency.js';
import type { DecisionOptions } from './options.js';
import { TypeToken } from '../types/declared-type.js';
import type { ActionOf, FieldActionOf, FieldOf } from '../types/policy-types.js';
import type { Explanation } from '../explanation/explanation.js';
import type { AuthorizeOptions, CheckContext, CheckOptions, RefusalOptions } from './query-options.js';

/** An engine that decides rules. */
export interface Decider {
  /** Decides a rule: without a promise, if no argument and no value is one. */
  check(
    kind: Decision['kind'],
    args: Arguments,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean>;

  /** Decides `allow` without a record of the decision. */
  checkUnrecorded(
    kind: 'allow',
    args: Arguments,
    options: CheckOptions | undefined,
  ): boolean | Promise<boolean>;

  /**
   * Decides a rule with the option `explain`. An engine without this method cannot explain.
   *
   * @returns `true`, or the explanation of the denial
   */
  readonly checkExplained?: (
    kind: Decision['kind'],
    args: Arguments,
    options: RefusalOptions,
  ) => Promise<true | Explanation>;

  /** Starts the checks of several fields, which are one decision. An engine without this method records no decisions. */
  readonly startFields?: (fields: readonly string[], context: CheckContext | undefined) => FieldBatch;

  /** Returns the name of a resource's declared type, for the log. */
  typeNameOf(resource: unknown): string | undefined;
}

/** The checks that `Authorizer` and `CompiledAuthorizer` have in common. They differ in the engine that decides a rule. */
export abstract class BaseAuthorizer {
  readonly #options: DecisionOptions;

  protected constructor(options: DecisionOptions) {
    this.#options = options;
  }

  /** The engine that decides the rules of the current policy. */
  protected abstract get decider(): Decider;

  /** Calls the engine that decides for an actor, with the options that it needs. An override can apply some of them. */
  protected decideFor<Result, Options extends CheckOptions | undefined>(
    actor: unknown,
    decide: (decider: Decider, actor: unknown, options: Options) => Result,
    options: Options,
  ): Result {
    return decide(this.decider, actor, options);
  }

  /**
   * Checks that the actor may perform the action on the resource, and throws otherwise.
   *
   * @param actor the user or service, or `null` for an anonymous actor
   * @param action as written in the policy
   * @param resource an instance, or a type for actions such as *create*; it may be a promise
   * @returns the resource
   * @throws {NotFoundError} when the actor may not even read the resource, so that the error does not reveal that it exists
   * @throws {ForbiddenError} when the actor may read the resource, or the resource is a type
   * @throws {PolarError} the errors of `can`
   * @example
   * const note = await authorizer.authorize(user, 'edit', notes.find(id));
   */
  async authorize<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resource: Resource,
    options: AuthorizeOptions = noOptions,
  ): Promise<Awaited<Resource>> {
    if (arguments.length < 3) throw missingResource('authorize');
    let awaited: Awaited<Resource>;
    try {
      awaited = await resource;
    } catch (error) {
      throw rejectionOf(resource, error);
    }
    // The read check uses the same policy, also if a reload ends in between.
    return this.decideFor(
      actor,
      async (decider, who, own): Promise<Awaited<Resource>> => {
        const decided = decide(decider, 'allow', [who, action, awaited], own);
        const result = typeof decided === 'boolean' ? decided : await decided;
        if (result === true) return awaited;
        // The existence of a type is not a secret.
        const shown = isTypeItself(awaited) ? { ...own, checkRead: false } : own;
        throw await refusal(
          action,
          decider.typeNameOf(awaited),
          shown,
          this.#options,
          (readAction) => decider.checkUnrecorded('allow', [who, readAction, awaited], own),
          explanationIn(result),
        );
      },
      options,
    );
  }

  /** Checks that `allow_request(actor, request)` holds. @throws {ForbiddenError} otherwise */
  async authorizeRequest(actor: unknown, request: unknown, options?: RefusalOptions): Promise<void> {
    const result = await this.decideFor(
      actor,
      (decider, who, own) => decide(decider, 'allow_request', [who, request], own),
      options,
    );
    if (result === true) return;
    const reason = denialReason('allow_request', undefined, undefined, undefined);
    throw new ForbiddenError(undefined, { reason, explanation: explanationIn(result) });
  }

  /** Checks that `allow_field(actor, action, resource, field)` holds. @throws {ForbiddenError} otherwise */
  async authorizeField<Resource>(
    actor: unknown,
    action: FieldActionOf<Resource>,
    resource: Resource,
    field: FieldOf<Resource>,
    options?: RefusalOptions,
  ): Promise<void> {
    return this.decideFor(
      actor,
      async (decider, who, own) => {
        const result = await decide(decider, 'allow_field', [who, action, resource, field], own);
        if (result === true) return;
        const resourceType = decider.typeNameOf(await awaitArgument(resource));
        const reason = denialReason('allow_field', action, resourceType, field);
        throw new ForbiddenError(textOrNone(action), {
          resourceType,
          reason,
          explanation: explanationIn(result),
        });
      },
      options,
    );
  }

  /**
   * Returns the result of `can` for each of the resources. The checks run concurrently, so that a loader which batches by tick,
   * such as DataLoader, loads their data together.
   *
   * @returns the results, in the order of the resources
   * @throws {PolarError} the errors of `can`, for any of the resources
   * @example
   * const [mayEdit, mayDelete] = await authorizer.canAll(user, 'edit', [draft, published]);
   */
  async canAll<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resources: Iterable<Resource>,
    options?: CheckOptions,
  ): Promise<boolean[]> {
    const all = listOfResources('canAll(actor, action, resources)', resources);
    const [awaitedActor, awaitedAction] = [
      await awaitArgument(actor),
      await awaitArgument(action as unknown),
    ];
    return this.decideFor(
      awaitedActor,
      (decider, who, own) =>
        mapConcurrently(all, (resource) => decider.check('allow', [who, awaitedAction, resource], own)),
      options,
    );
  }

  /**
   * Returns the resources on which the actor may perform the action, in their order, without those for which the check is undecided.
   * The checks run concurrently, as in `canAll`.
   *
   * @throws {PolarError} `POLAR_RUN_…` for an error during any of the checks
   */
  async filter<Resource>(
    actor: unknown,
    action: ActionOf<Resource>,
    resources: Iterable<Resource>,
    options?: CheckOptions,
  ): Promise<Resource[]> {
    const all = listOfResources('filter(actor, action, resources)', resources);
    const [awaitedActor, awaitedAction] = [
      await awaitArgument(actor),
      await awaitArgument(action as unknown),
    ];
    const results = await this.decideFor(
      awaitedActor,
      (decider, who, own) =>
        mapConcurrently(all, (resource) =>
          checkDecided(decider, 'allow', [who, awaitedAction, resource], own),
        ),
      options,
    );
    return all.filter((_, i) => results[i]);
  }

  /**
   * Returns those of the fields on which the actor may perform the action: `allow_field(actor, action, resource, field)`. The checks run
   * concurrently, and `onDecision` receives one decision. A field whose check is undecided is left out.
   *
   * @throws {PolarError} `POLAR_RUN_…` for an error during any of the checks
   * @example
   * const allowed = await authorizer.filterFields(user, 'read', profile, Object.keys(profile));
   */
  async filterFields<Resource>(
    actor: unknown,
    action: FieldActionOf<Resource>,
    resource: Resource,
    fields: Iterable<string>,
    options?: CheckOptions,
  ): Promise<Set<string>> {
    const call = 'filterFields(actor, action, resource, fields)';
    const all = [...new Set(listOf(call, fields, 'fields', "['title']"))];
    const [who, what, on] = await Promise.all([actor, action, resource].map(awaitArgument));
    return this.decideFor(
      who,
      async (decider, awaitedActor, given) => {
        const batch = decider.startFields?.(all, given?.context);
        const own = batch === undefined ? given : { ...given, context: batch.context };
        let results: readonly boolean[];
        try {
          results = await mapConcurrently(all, (field) =>
            checkDecided(decider, 'allow_field', [awaitedActor, what, on, field], own),
          );
        } finally {
          await batch?.end();
        }
        return new Set(all.filter((_, i) => results[i]));
      },
      options,
    );
  }
}

/** Returns whether a rule holds, or the explanation of its denial. */
const decide = (
  decider: Decider,
  kind: Decision['kind'],
  args: Arguments,
  options: RefusalOptions | undefined,
): boolean | Promise<boolean | Explanation> =>
  options?.explain === undefined || options.explain === false || decider.checkExplained === undefined
    ? decider.check(kind, args, options)
    : decider.checkExplained(kind, args, options);

/** Decides a rule, where an undecided check is denied. */
function checkDecided(
  decider: Decider,
  kind: Decision['kind'],
  args: Arguments,
  options: CheckOptions | undefined,
): boolean | Promise<boolean> {
  try {
    const result = decider.check(kind, args, options);
    return typeof result === 'boolean' ? result : result.catch(denyUndecided);
  } catch (error) {
    return denyUndecided(error);
  }
}

const explanationIn = (denial: false | Explanation): Explanation | undefined =>
  denial === false ? undefined : denial;

/** Returns whether the resource is a type itself, as for *create* and *list*. */
export function isTypeItself(resource: unknown): boolean {
  try {
    return typeof resource === 'function' || resource instanceof TypeToken;
  } catch {
    // A proxy that throws is not a type.
    return false;
  }
}

/** Returns the resources of a batch. @throws {PolarError} `POLAR_TYPE_NOT_A_LIST` */
export const listOfResources = <Resource>(call: string, resources: Iterable<Resource>): readonly Resource[] =>
  listOf(call, resources, 'resources', '[note]');

function listOf<Item>(call: string, items: Iterable<Item>, name: string, example: string): readonly Item[] {
  if (typeof items === 'object' && items !== null) {
    try {
      if (typeof items[Symbol.iterator] === 'function') return [...items];
    } catch (error) {
      throw hostError(error, `the list of ${name}`, undefined);
    }
  }
  const found = describeValue(items);
  throw new PolarError('POLAR_TYPE_NOT_A_LIST', {
    call,
    found,
    advice: found === 'a promise' ? 'await it' : `pass a list of ${name}, such as ${example}`,
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
