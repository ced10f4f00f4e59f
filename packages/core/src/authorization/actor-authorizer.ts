import { missingResource } from './missing-resource.js';
import type { RowCondition } from '../filter/row-condition.js';
import type {
  CountOptions,
  ListOptions,
  MaskedListOptions,
  RelatedListOptions,
  ResourcePage,
  RowKey,
  RowWithRelated,
  WholeListOptions,
} from '../lists/list-options.js';
import type {
  ActionOf,
  ActionOnRows,
  FieldActionOf,
  FieldOf,
  ListReference,
  ListedAction,
  ListedField,
  ListedRow,
} from '../types/policy-types.js';
import type { BaseAuthorizer } from './base-authorizer.js';
import type { TypeReference } from './find-type.js';
import type { Explanation } from '../explanation/explanation.js';
import type {
  AuthorizeOptions,
  AuthorizeSyncOptions,
  CheckOptions,
  DraftOptions,
  EnumerationOptions,
  ExplainOptions,
  OneOptions,
  RefusalOptions,
  MaskedOneOptions,
  RelatedOneOptions,
  WholeOneOptions,
} from './query-options.js';
import type { WhereExplanation } from './where-explanation.js';
import type { WhatCan } from './who-can.js';

// `ActorAuthorizer` declares the actions, resources, fields and options of its checks. The compiler cannot compare two generic signatures
// whose parameters depend on the types of an application, so these interfaces accept anything in their place.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Checked = any;

/** The methods of `Authorizer` that an `ActorAuthorizer` calls. */
export interface ActorChecks extends BaseAuthorizer {
  can(actor: unknown, action: Checked, resource: Checked, options?: CheckOptions): Promise<boolean>;
  actions(actor: unknown, resource: Checked, options?: EnumerationOptions): Promise<Set<Checked>>;
  fields(
    actor: unknown,
    action: Checked,
    resource: Checked,
    options?: EnumerationOptions,
  ): Promise<Set<Checked>>;
  canSync(actor: unknown, action: Checked, resource: Checked, options?: CheckOptions): boolean;
  authorizeSync(actor: unknown, action: Checked, resource: Checked, options?: AuthorizeSyncOptions): Checked;
  actionsSync(actor: unknown, resource: Checked, options?: EnumerationOptions): Set<Checked>;
  fieldsSync(actor: unknown, action: Checked, resource: Checked, options?: EnumerationOptions): Set<Checked>;
  whatCan(actor: unknown, resource: unknown, options?: EnumerationOptions): Promise<WhatCan>;
  explain(actor: unknown, action: Checked, resource: Checked, options?: ExplainOptions): Promise<Explanation>;
  explainField(
    actor: unknown,
    action: Checked,
    resource: Checked,
    field: Checked,
    options?: ExplainOptions,
  ): Promise<Explanation>;
  explainRequest(actor: unknown, request: unknown, options?: ExplainOptions): Promise<Explanation>;
  where(actor: unknown, action: Checked, type: Checked, options?: CheckOptions): Promise<RowCondition>;
  explainWhere(
    actor: unknown,
    action: Checked,
    type: Checked,
    options?: CheckOptions,
  ): Promise<WhereExplanation>;
  list(actor: unknown, action: Checked, type: Checked, options?: Checked): Promise<ResourcePage<Checked>>;
  one(actor: unknown, action: Checked, type: Checked, key: RowKey, options?: OneOptions): Promise<Checked>;
  count(actor: unknown, action: Checked, type: Checked, options?: CountOptions): Promise<number>;
  authorizeNew<Values extends object>(
    actor: unknown,
    action: Checked,
    type: Checked,
    values: Values,
    options?: DraftOptions,
  ): Promise<Values>;
  authorizeChange<Changes extends object>(
    actor: unknown,
    action: Checked,
    type: Checked,
    key: RowKey,
    changes: Changes,
    options?: DraftOptions,
  ): Promise<Changes>;
}

/**
 * The checks of one actor, from `authorizer.as(actor)`. Each method is a method of `Authorizer` without the actor.
 *
 * @example
 * const alice = authorizer.as(user);
 * if (await alice.can('read', note)) await alice.authorize('edit', note);
 */
export class ActorAuthorizer<Actor = unknown, Checks extends ActorChecks = ActorChecks> {
  /** @internal use `authorizer.as(actor)` */
  constructor(
    readonly authorizer: Checks,
    readonly actor: Actor,
  ) {}

  /** Returns whether the actor may perform the action: `Authorizer.can`. */
  can<Resource>(action: ActionOf<Resource>, resource: Resource, options?: CheckOptions): Promise<boolean> {
    if (resource === undefined && arguments.length < 2)
      return Promise.reject(missingResource('can', 'action, resource'));
    return this.authorizer.can(this.actor, action, resource, options);
  }

  /** Returns the result of `can` without a promise: `Authorizer.canSync`. */
  canSync<Resource>(action: ActionOf<Resource>, resource: Resource, options?: CheckOptions): boolean {
    if (resource === undefined && arguments.length < 2) throw missingResource('canSync', 'action, resource');
    return this.authorizer.canSync(this.actor, action, resource, options);
  }

  /** Returns for each resource whether the actor may perform the action: `Authorizer.canAll`. */
  canAll<Resource>(
    action: ActionOf<Resource>,
    resources: Iterable<Resource>,
    options?: CheckOptions,
  ): Promise<boolean[]> {
    return this.authorizer.canAll(this.actor, action, resources, options);
  }

  /** Returns the resources on which the actor may perform the action: `Authorizer.filter`. */
  filter<Resource>(
    action: ActionOf<Resource>,
    resources: Iterable<Resource>,
    options?: CheckOptions,
  ): Promise<Resource[]> {
    return this.authorizer.filter(this.actor, action, resources, options);
  }

  /** Returns the resource, or throws if the actor may not perform the action: `Authorizer.authorize`. */
  authorize<Resource>(
    action: ActionOf<Resource>,
    resource: Resource,
    options?: AuthorizeOptions,
  ): Promise<Awaited<Resource>> {
    return this.authorizer.authorize(this.actor, action, resource, options);
  }

  /** Returns the resource, or throws if the actor may not perform the action, without a promise: `Authorizer.authorizeSync`. */
  authorizeSync<Resource>(
    action: ActionOf<Resource>,
    resource: Resource,
    options?: AuthorizeSyncOptions,
  ): Resource {
    if (arguments.length < 2) throw missingResource('authorizeSync', 'action, resource');
    return this.authorizer.authorizeSync(this.actor, action, resource, options) as Resource;
  }

  /** Throws if the actor may not perform the action on the field: `Authorizer.authorizeField`. */
  authorizeField<Resource>(
    action: FieldActionOf<Resource>,
    resource: Resource,
    field: FieldOf<Resource>,
    options?: RefusalOptions,
  ): Promise<void> {
    return this.authorizer.authorizeField(this.actor, action, resource, field, options);
  }

  /** Throws if the actor may not make the request: `Authorizer.authorizeRequest`. */
  authorizeRequest(request: unknown, options?: RefusalOptions): Promise<void> {
    return this.authorizer.authorizeRequest(this.actor, request, options);
  }

  /** Returns the actions that the actor may perform on the resource: `Authorizer.actions`. */
  actions<Resource>(resource: Resource, options?: EnumerationOptions): Promise<Set<ListedAction<Resource>>> {
    return this.authorizer.actions(this.actor, resource, options);
  }

  /** Returns the fields on which the actor may perform the action: `Authorizer.fields`. */
  fields<Resource>(
    action: FieldActionOf<Resource>,
    resource: Resource,
    options?: EnumerationOptions,
  ): Promise<Set<ListedField<Resource>>> {
    return this.authorizer.fields(this.actor, action, resource, options);
  }

  /** Returns the result of `actions` without a promise: `Authorizer.actionsSync`. */
  actionsSync<Resource>(resource: Resource, options?: EnumerationOptions): Set<ListedAction<Resource>> {
    return this.authorizer.actionsSync(this.actor, resource, options);
  }

  /** Returns the result of `fields` without a promise: `Authorizer.fieldsSync`. */
  fieldsSync<Resource>(
    action: FieldActionOf<Resource>,
    resource: Resource,
    options?: EnumerationOptions,
  ): Set<ListedField<Resource>> {
    return this.authorizer.fieldsSync(this.actor, action, resource, options);
  }

  /** Finds the actions that the actor may perform, and the undecided ones: `Authorizer.whatCan`. */
  whatCan(resource: unknown, options?: EnumerationOptions): Promise<WhatCan> {
    return this.authorizer.whatCan(this.actor, resource, options);
  }

  /** Explains why the action is allowed, denied or undecided: `Authorizer.explain`. */
  explain<Resource>(
    action: ActionOf<Resource>,
    resource: Resource,
    options?: ExplainOptions,
  ): Promise<Explanation> {
    return this.authorizer.explain(this.actor, action, resource, options);
  }

  /** Explains the action on a field: `Authorizer.explainField`. */
  explainField<Resource>(
    action: FieldActionOf<Resource>,
    resource: Resource,
    field: FieldOf<Resource>,
    options?: ExplainOptions,
  ): Promise<Explanation> {
    return this.authorizer.explainField(this.actor, action, resource, field, options);
  }

  /** Explains the request: `Authorizer.explainRequest`. */
  explainRequest(request: unknown, options?: ExplainOptions): Promise<Explanation> {
    return this.authorizer.explainRequest(this.actor, request, options);
  }

  /** Finds the condition of the rows on which the actor may perform the action: `Authorizer.where`. */
  where<Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    options?: CheckOptions,
  ): Promise<RowCondition> {
    return this.authorizer.where(this.actor, action, type, options);
  }

  /** Explains the condition by the rules that contribute to it: `Authorizer.explainWhere`. */
  explainWhere<Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    options?: CheckOptions,
  ): Promise<WhereExplanation> {
    return this.authorizer.explainWhere(this.actor, action, type, options);
  }

  /** Lists the rows on which the actor may perform the action: `Authorizer.list`. */
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: WholeListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<ListedRow<Row, Type>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: MaskedListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<ListedRow<Row, Type>>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: RelatedListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<RowWithRelated<ListedRow<Row, Type>>>>;
  list<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: ListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>>;
  list<Row extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    options?: ListOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ResourcePage<Partial<RowWithRelated<ListedRow<Row, Type>>>>> {
    return this.authorizer.list(this.actor, action, type, options);
  }

  /** Returns the row that has a key, or throws if the actor may not perform the action on it: `Authorizer.one`. */
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: WholeOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<ListedRow<Row, Type>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: MaskedOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<ListedRow<Row, Type>>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: RelatedOneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<RowWithRelated<ListedRow<Row, Type>>>;
  one<Row extends object = Readonly<Record<string, unknown>>, Type extends TypeReference = TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: OneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<RowWithRelated<ListedRow<Row, Type>>>>;
  one<Row extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: ListReference<Row, Type>,
    key: RowKey,
    options?: OneOptions<NoInfer<ListedRow<Row, Type>>>,
  ): Promise<Partial<RowWithRelated<ListedRow<Row, Type>>>> {
    return this.authorizer.one(this.actor, action, type, key, options as OneOptions | undefined);
  }

  /** Checks that the actor may create a row, before it is written: `Authorizer.authorizeNew`. */
  authorizeNew<Values extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    values: Values,
    options?: DraftOptions,
  ): Promise<Values> {
    return this.authorizer.authorizeNew(this.actor, action, type, values, options);
  }

  /** Checks that the actor may change a row, before the change is written: `Authorizer.authorizeChange`. */
  authorizeChange<Changes extends object, Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    key: RowKey,
    changes: Changes,
    options?: DraftOptions,
  ): Promise<Changes> {
    return this.authorizer.authorizeChange(this.actor, action, type, key, changes, options);
  }

  /** Counts the rows on which the actor may perform the action: `Authorizer.count`. */
  count<Type extends TypeReference>(
    action: ActionOnRows<Type>,
    type: Type,
    options?: CountOptions,
  ): Promise<number> {
    return this.authorizer.count(this.actor, action, type, options);
  }
}
