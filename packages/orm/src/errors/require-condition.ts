import type { RowCondition } from '@nanook/core/filter';
import { NanookOrmError } from './nanook-orm-error.js';

/**
 * Returns a condition of `authorizer.where`.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_NO_CONDITION` for another value, such as a promise or `undefined`
 */
export function requireCondition(condition: RowCondition): RowCondition {
  const given = condition as Partial<RowCondition> | null | undefined;
  if (typeof given?.type !== 'string' || given.filter === undefined || given.row === undefined)
    throw new NanookOrmError('NANOOK_ORM_NO_CONDITION', {});
  return condition;
}
