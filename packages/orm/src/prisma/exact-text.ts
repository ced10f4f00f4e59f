import type { Column } from '@nanook/core/filter';
import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { PrismaOptions } from './prisma-options.js';
import type { PrismaField } from './schema/prisma-schema.js';

/**
 * Checks that the database compares a text by code point. Prisma cannot name a collation.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_PRISMA_TEXT`
 */
export function requireExactText(
  column: Column,
  { values, native }: PrismaField,
  operator: '=' | '<>' | '<' | '<=',
  { schema: { provider }, text }: PrismaOptions,
): void {
  const isEquality = operator === '=' || operator === '<>';
  const isExact =
    values !== undefined
      ? isEquality
      : text === 'binary' || native === 'Uuid' || (provider === 'postgresql' && isEquality);
  if (!isExact)
    throw new NanookOrmError('NANOOK_ORM_PRISMA_TEXT', { type: column.scope.type.name, field: column.field });
}

/**
 * Checks that Prisma compares a field with a position in its order. It has no such comparison for an enum.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_PRISMA_TEXT`
 */
export function requireSortable(column: Column, { values }: PrismaField): void {
  if (values !== undefined)
    throw new NanookOrmError('NANOOK_ORM_PRISMA_TEXT', { type: column.scope.type.name, field: column.field });
}
