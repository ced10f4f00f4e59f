import type { ActionOnRows, Class, RowCondition, TypeReference, TypeToken } from '@nanook/core';
import { checkAction, checkSource } from '@nanook/http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { callOf } from '../execution/handler-call.js';
import { actorDependent } from '../resources/reads-actor.js';
import { RowFilter } from './row-filter.js';

/** A filter for the rows of a type on which the actor may perform an action. */
export interface AuthorizedWhere<Row = unknown> {
  readonly action: string;
  /** The class of the type; for a type without a class, its token. */
  readonly type: Class | TypeToken;
  /** Returns whether the actor may perform the action on the row. An undecided row is not allowed. */
  allows(row: Row): Promise<boolean>;
  /** Returns the allowed rows, in their order. It checks them concurrently, and also accepts a promise of the rows. */
  filter(rows: Iterable<Row> | PromiseLike<Iterable<Row>>): Promise<Row[]>;
  /** Finds the condition of the allowed rows, for an adapter of `@nanook/orm` to put into a query. */
  condition(): Promise<RowCondition>;
}

interface Wanted {
  readonly action: string;
  readonly type: Class | TypeToken | string;
}

const whereOf = createParamDecorator(
  actorDependent(
    ({ action, type }: Wanted, context: ExecutionContext): AuthorizedWhere =>
      new RowFilter(callOf(context, '@AuthorizedWhere()').authz, action, type),
  ),
);

/**
 * Passes to the handler a filter for the rows on which the actor may perform the action.
 *
 * It is not a requirement, because the handler can ignore the filter. The handler needs a requirement, too, such as
 * `@Authorize('list', Repository)`.
 *
 * @param action an action of the policy
 * @param type the class of the rows; for a type without a class, its token or name, with which the rows are tagged
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_ACTION`, `NANOOK_HTTP_NO_SOURCE`
 * @example
 * @Get() @Authorize('list', Repository)
 * list(@AuthorizedWhere('read', Repository) where: AuthorizedWhere<Repository>) {
 *   return where.filter(this.repositories.all());
 * }
 */
export function AuthorizedWhere<Type extends TypeReference>(
  action: ActionOnRows<Type>,
  type: Type,
): ParameterDecorator {
  checkAction(action);
  checkSource(action, type);
  return whereOf({ action, type });
}
