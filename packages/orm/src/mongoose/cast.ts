import { NanookOrmError } from '../errors/nanook-orm-error.js';
import type { AnyModel } from './collections.js';

/**
 * Checks that Mongoose sends a filter as it is. A schema can change values, such as a text with `lowercase: true`, and it can drop paths.
 *
 * @throws {NanookOrmError} `NANOOK_ORM_MONGOOSE_CAST`
 */
export function requireSameCast(model: AnyModel, type: string, filter: object): void {
  const before = plain(filter);
  let after: unknown;
  try {
    // A query casts a copy of the filter.
    after = plain({ ...model.find(filter as never).cast(model), ...ofModel(model) });
  } catch (error) {
    throw new NanookOrmError('NANOOK_ORM_MONGOOSE_CAST', { type, found: String((error as Error).message) });
  }
  const found = difference(before, after);
  if (found !== undefined) throw new NanookOrmError('NANOOK_ORM_MONGOOSE_CAST', { type, found });
}

/** Returns the test that Mongoose adds for a discriminator, without its value: it keeps the documents of the model. */
function ofModel({ schema, baseModelName }: AnyModel): object {
  const { discriminatorKey } = schema.options as { readonly discriminatorKey?: string };
  return baseModelName === undefined ? {} : { [discriminatorKey ?? '__t']: undefined };
}

/** Returns a copy as data, in which two values of different types differ. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (typeof each === 'number' ? `number ${each}` : each)),
  );

/** Describes the first part of a filter that differs in the other one. */
function difference(before: unknown, after: unknown): string | undefined {
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null)
    return before === after
      ? undefined
      : `Mongoose changes ${JSON.stringify(before)} to ${JSON.stringify(after)}`;
  const [left, right] = [before, after] as Record<string, unknown>[];
  for (const key of new Set([...Object.keys(left!), ...Object.keys(right!)])) {
    const found = difference(left![key], right![key]);
    if (found !== undefined) return key.startsWith('$') || /^\d+$/.test(key) ? found : `${key}: ${found}`;
  }
  return undefined;
}
