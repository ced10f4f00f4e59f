import type { RowFilter } from '@nanook/core/filter';
import { foldFilter } from '../sql/fold-filter.js';
import { localFilter } from './local-filter.js';
import { withOwnKeys } from './own-keys.js';

/**
 * Returns an equal filter in the form that the `where` of Prisma can express, with few joins and lists of values.
 *
 * @throws {NanookOrmError} for a recursion
 */
export const prismaFilter = (filter: RowFilter): RowFilter =>
  foldFilter(withOwnKeys(foldFilter(localFilter(filter))));
