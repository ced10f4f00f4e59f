import { NanookOrmError } from '../errors/nanook-orm-error.js';
import { dialects, type Dialect } from './dialect.js';
import type { SqlOptions } from './sql-options.js';

const options: Readonly<Record<keyof SqlOptions, true>> = {
  dialect: true,
  tables: true,
  columnName: true,
  date: true,
  readDate: true,
};

/**
 * Validates the options of an adapter, and returns their dialect.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_INVALID_OPTION`
 */
export function dialectOf(given: SqlOptions): Dialect {
  if (typeof given !== 'object' || given === null)
    throw invalid('options', "must be an object, such as { dialect: 'postgres' }");
  for (const option of Object.keys(given))
    if (!Object.hasOwn(options, option))
      throw invalid(option, `is unknown; the options are ${Object.keys(options).join(', ')}`);
  if (!Object.hasOwn(dialects, given.dialect)) {
    const found = typeof given.dialect === 'string' ? `'${String(given.dialect)}'` : typeof given.dialect;
    throw invalid('dialect', `must be 'postgres', 'mysql' or 'sqlite', got ${found}`);
  }
  return dialects[given.dialect](given);
}

const invalid = (option: string, reason: string) =>
  new NanookOrmError('NANOOK_ORM_INVALID_OPTION', { option, reason });
