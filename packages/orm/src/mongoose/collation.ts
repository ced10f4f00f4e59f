import type { RowFilter } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { AnyModel } from './collections.js';

/**
 * Checks that MongoDB compares texts by code point. Mongoose sends the collation of a schema with each query of its model.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_MONGOOSE_COLLATION`
 */
export function requireCodePoints(model: AnyModel, type: string, filter: RowFilter): void {
  const { collation } = model.schema.options as { readonly collation?: { readonly locale?: string } };
  const locale = collation?.locale;
  if (locale !== undefined && locale !== 'simple' && comparesText(filter))
    throw new NanookOrmError('NANOOK_ORM_MONGOOSE_COLLATION', { type, locale });
}

function comparesText(filter: RowFilter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.some(comparesText);
    case 'exists':
    case 'none':
      return filter.step.relation.where.size > 0 || comparesText(filter.where);
    case 'count':
      return filter.step.relation.where.size > 0;
    case 'compare':
      return [filter.left, filter.right].some((side) => side.kind === 'column' && side.type === 'string');
    case 'text':
    case 'not-text':
      return filter.test === 'lowers-to';
    case 'contains':
    case 'lacks':
    case 'readable-elements':
    case 'unreadable-elements':
    case 'in':
    case 'not-in':
      return filter.column.type === 'string';
    default:
      return false;
  }
}
