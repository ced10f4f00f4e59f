import type { Class, TypeToken } from '@nanook/core';
import { checkAction, checkSource } from '@nanook/http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { callOf } from '../execution/handler-call.js';
import { actorDependent } from '../resources/reads-actor.js';
import { RowFilter } from './row-filter.js';

/** Which rows of a type the actor may do something to. */
export interface AuthorizedWhere<Row = unknown> {
  readonly action: string;
  /** The class of the type; for one without a class, its token. */
  readonly type: Class | TypeToken;
  /** May the actor do this to the row? What is undecided is not allowed. */
  allows(row: Row): Promise<boolean>;
  /** The rows that are allowed, in their order; they are asked about side by side. May be given a promise of them. */
  filter(rows: Iterable<Row> | PromiseLike<Iterable<Row>>): Promise<Row[]>;
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
 * Hands the handler which rows of a type the actor may do this to.
 *
 * It is no decision: nothing tells whether the handler heeds it. A requirement is needed beside it, such as `@Authorize('list', Repository)`.
 *
 * @param type the class, or the token or name of a type without one; rows are taken to be of it
 * @example
 * @Get() @Authorize('list', Repository)
 * list(@AuthorizedWhere('read', Repository) where: AuthorizedWhere<Repository>) {
 *   return where.filter(this.repositories.all());
 * }
 */
export function AuthorizedWhere(action: string, type: Class | TypeToken | string): ParameterDecorator {
  checkAction(action);
  checkSource(action, type);
  return whereOf({ action, type });
}
