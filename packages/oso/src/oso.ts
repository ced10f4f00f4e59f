import { FilterBuilder } from './engine/build-filter.js';
import { ForbiddenError, NotFoundError, OsoError, UnregisteredClassError } from './errors.js';
import { Expression } from './expression.js';
import type { Adapter } from './filter.js';
import { Pattern } from './pattern.js';
import { Polar } from './polar.js';
import { Dict, type Class, type CustomError, type Options } from './types.js';
import { Variable } from './variable.js';

/** Decides whether an actor may perform an action on a resource, by a policy written in Polar. */
export class Oso<
  Actor = unknown,
  Action = unknown,
  Resource = unknown,
  Field = unknown,
  Request = unknown,
  Query = unknown,
> extends Polar<Query, Resource> {
  readonly #notFoundError: CustomError = NotFoundError;
  readonly #forbiddenError: CustomError = ForbiddenError;
  readonly #readAction: unknown = 'read';

  constructor(opts: Options = {}) {
    super(opts);
    const { notFoundError, forbiddenError, readAction } = opts;
    if (notFoundError) this.#notFoundError = notFoundError;
    if (forbiddenError) this.#forbiddenError = forbiddenError;
    if (readAction) this.#readAction = readAction;
  }

  /** Returns whether `allow(actor, action, resource)` holds. */
  async isAllowed(actor: Actor, action: Action, resource: Resource): Promise<boolean> {
    return this.queryRuleOnce('allow', actor, action, resource);
  }

  /**
   * Throws if the actor may not perform the action.
   *
   * @param options `checkRead: false`: the error is always the forbidden one, also when the actor may not read the resource
   * @throws {NotFoundError} if the actor may not read the resource
   * @throws {ForbiddenError} if the actor may read it
   */
  async authorize(
    actor: Actor,
    action: Action,
    resource: Resource,
    options: { checkRead?: boolean } = {},
  ): Promise<void> {
    if (options.checkRead === undefined) options.checkRead = true;
    if (await this.queryRuleOnce('allow', actor, action, resource)) return;
    const isHidden =
      options.checkRead &&
      (action === this.#readAction ||
        !(await this.queryRuleOnce('allow', actor, this.#readAction, resource)));
    throw isHidden ? new this.#notFoundError() : new this.#forbiddenError();
  }

  /**
   * Returns the actions that the actor may perform on the resource.
   *
   * @param options `allowWildcard: true`: the result is `"*"` if a rule allows any action; otherwise that is an error
   */
  async authorizedActions(
    actor: Actor,
    resource: Resource,
    options: { allowWildcard?: boolean } = {},
  ): Promise<Set<Action | '*'>> {
    const results = this.queryRule('allow', actor, new Variable('action'), resource);
    return this.#valuesOf<Action>(results, 'action', 'authorizedActions', options);
  }

  /** Throws if `allow_request(actor, request)` does not hold. */
  async authorizeRequest(actor: Actor, request: Request): Promise<void> {
    if (!(await this.queryRuleOnce('allow_request', actor, request))) throw new this.#forbiddenError();
  }

  /** Throws if `allow_field(actor, action, resource, field)` does not hold. */
  async authorizeField(actor: Actor, action: Action, resource: Resource, field: Field): Promise<void> {
    if (!(await this.queryRuleOnce('allow_field', actor, action, resource, field)))
      throw new this.#forbiddenError();
  }

  /** Returns the fields for which `allow_field(actor, action, resource, field)` holds. */
  async authorizedFields(
    actor: Actor,
    action: Action,
    resource: Resource,
    options: { allowWildcard?: boolean } = {},
  ): Promise<Set<Field | '*'>> {
    const results = this.queryRule('allow_field', actor, action, resource, new Variable('field'));
    return this.#valuesOf<Field>(results, 'field', 'authorizedFields', options);
  }

  async #valuesOf<Value>(
    results: AsyncIterable<ReadonlyMap<string, unknown>>,
    variable: string,
    method: string,
    options: { allowWildcard?: boolean },
  ): Promise<Set<Value | '*'>> {
    const values = new Set<Value | '*'>();
    for await (const result of results) {
      const value = result.get(variable);
      if (!(value instanceof Variable)) values.add(value as Value);
      else if (options.allowWildcard) return new Set(['*']);
      else
        throw new OsoError(`
            The result of ${method}() contained an "unconstrained" ${variable} that could represent any ${variable}, but allowWildcard was set to False. To fix, set allowWildcard to True and compare with the "*" string.
          `);
    }
    return values;
  }

  /** Returns the query of the adapter for the resources of a type on which the actor may perform the action. */
  async authorizedQuery(actor: Actor, action: Action, resourceCls: Class<Resource> | string): Promise<Query> {
    const host = this.getHost();
    const tag = typeof resourceCls === 'string' ? resourceCls : host.getType(resourceCls)?.name;
    if (tag === undefined) throw new UnregisteredClassError((resourceCls as Class).name);
    const resource = new Variable('resource');
    const isOfType = new Expression('Isa', [resource, new Pattern({ tag, fields: new Dict() })]);
    const bindings = new Map([['resource', new Expression('And', [isOfType])]]);
    const filter = new FilterBuilder(tag, host.types);
    for await (const result of this.queryRule(
      { bindings, acceptExpression: true },
      'allow',
      actor,
      action,
      resource,
    ))
      filter.add(result.get('resource'));
    return host.adapter.buildQuery(filter.build());
  }

  /** Returns the resources of a type on which the actor may perform the action. */
  async authorizedResources(
    actor: Actor,
    action: Action,
    resourceCls: Class<Resource> | string,
  ): Promise<Resource[]> {
    const query = await this.authorizedQuery(actor, action, resourceCls);
    return query ? this.getHost().adapter.executeQuery(query) : [];
  }

  /** Sets the adapter that queries the database for `authorizedQuery` and `authorizedResources`. */
  setDataFilteringAdapter(adapter: Adapter<Query, Resource>): void {
    this.getHost().adapter = adapter;
  }
}
