import type { AnyAction, Authorizer } from '@nanook/core';
import type { PrismaOptions } from '../prisma-options.js';

export interface NanookOptions extends Omit<PrismaOptions, 'client'> {
  readonly authorizer: Pick<Authorizer, 'where'>;
  /**
   * The actor of every query, or a function that returns the actor of the current request, such as from an `AsyncLocalStorage`. A query
   * without an actor is an error.
   */
  readonly actor: unknown;
  /** The actions of the policy that operations need. */
  readonly actions?: NanookActions;
}

export interface NanookActions {
  /** The action that every operation needs for the rows that it finds. By default `'read'`. */
  readonly read?: AnyAction;
  /** The action that `update`, `updateMany` and `updateManyAndReturn` need in addition. By default `'update'`. */
  readonly update?: AnyAction;
  /** The action that `delete` and `deleteMany` need in addition. By default `'delete'`. */
  readonly delete?: AnyAction;
}
export type ActionKind = keyof NanookActions;
