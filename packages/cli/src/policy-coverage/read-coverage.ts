import { readFile } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { CoverageData, CoveredPlace } from '@nanook/core/testing';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';

/**
 * Reads a file with the coverage of tests in TypeScript: `JSON.stringify(coverage)`.
 *
 * @throws {UsageError} when the file cannot be read, or contains something else
 */
export async function readCoverage(file: string): Promise<CoverageData> {
  let data: unknown;
  try {
    data = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`the coverage ${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  if (!isCoverage(data))
    throw new UsageError(
      `${file}: expected the coverage of a PolicyCoverage of @nanook/core/testing as JSON, found something else`,
    );
  return {
    ...data,
    rules: data.rules.map(withRelativeFile),
    conditions: data.conditions.map(withRelativeFile),
    alternatives: data.alternatives.map(withRelativeFile),
  };
}

const isCoverage = (data: unknown): data is CoverageData =>
  typeof data === 'object' &&
  data !== null &&
  ['rules', 'conditions', 'alternatives', 'roles', 'calls'].every((key) =>
    Array.isArray((data as Record<string, unknown>)[key]),
  );

/** Tests can load a policy by its absolute path. */
const withRelativeFile = (place: CoveredPlace): CoveredPlace =>
  isAbsolute(place.file) ? { ...place, file: relative(process.cwd(), place.file) } : place;
