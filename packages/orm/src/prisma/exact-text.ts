import type { Column } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { FieldRef } from './model-fields.js';
import type { PrismaOptions } from './prisma-options.js';

/**
 * Checks that the database compares a text by code point. Prisma cannot name a collation.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_PRISMA_TEXT`
 */
export function requireExactText(
  column: Column,
  { isEnum }: FieldRef,
  operator: '=' | '<>' | '<' | '<=',
  { provider, text }: PrismaOptions,
): void {
  const isEquality = operator === '=' || operator === '<>';
  const isExact =
    isEnum === true ? isEquality : text === 'binary' || (provider === 'postgresql' && isEquality);
  if (!isExact)
    throw new NanookOrmError('NANOOK_ORM_PRISMA_TEXT', { type: column.scope.type.name, field: column.field });
}
