import type { TypeName } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import { AuthorizationConfigError } from '../config-errors/authorization-config-error.js';
import { checkOptions } from '../config-errors/check-options.js';

type Found = object | null | undefined | PromiseLike<object | null | undefined>;

/**
 * Loads a row by its id, for the questions of a client: a function for ids that are texts, or `{ key: 'integer', find }`. An id that is not the
 * canonical text of an integer does not exist, and its loader is not called. Nothing is a row that does not exist.
 *
 * @typeParam Context the request, as the framework has it
 */
export type ResourceFinder<Context = never> =
  | ((id: string, context: Context) => Found)
  | { readonly key: 'integer'; readonly find: (id: number, context: Context) => Found };

/** Options of the answers about permissions. */
export interface PermissionsOptions<Context = never> {
  /** The loaders of the rows, by the names of their types. A client can ask about these types only. */
  readonly resources: { readonly [Type in TypeName]?: ResourceFinder<Context> };
  /** The maximum number of resources in one request. Default: 100. */
  readonly maxResources?: number;
}

/** The body of a resource with the longest type and id is shorter. */
const bytesOfResource = 2048;

/** Returns the most bytes of the body of a request. @internal for adapters whose framework has no limit of its own */
export const maxPermissionsBytes = ({ maxResources = 100 }: PermissionsOptions): number =>
  maxResources * bytesOfResource;

/**
 * Checks the options of a function that answers questions about permissions.
 *
 * @param owner the name of the function, for messages
 * @throws {AuthorizationConfigError} `NANOOK_HTTP_INVALID_OPTION`, `NANOOK_HTTP_UNKNOWN_OPTION`
 * @internal for adapters
 */
export function checkPermissionsOptions(
  owner: string,
  options: PermissionsOptions,
  others: Parameters<typeof checkOptions>[2] = {},
): void {
  checkOptions(owner, options, { resources: 'anything', maxResources: 'anything', ...others });
  const { resources, maxResources = 100 } = options;
  if (typeof resources !== 'object' || resources === null)
    throw invalid(
      'resources',
      `must be an object of loaders such as { Note: findNote }, got ${describeValue(resources)}`,
    );
  for (const [type, finder] of Object.entries<unknown>(resources))
    if (typeof finder !== 'function' && !isIntegerFinder(finder))
      throw invalid(
        'resources',
        `must have a function or { key: 'integer', find } for ${type}, got ${describeValue(finder)}`,
      );
  if (!Number.isInteger(maxResources) || maxResources < 1)
    throw invalid('maxResources', `must be a positive integer, got ${describeValue(maxResources)}`);
}

const isIntegerFinder = (finder: unknown): boolean => {
  const { key, find } = (finder ?? {}) as { readonly key?: unknown; readonly find?: unknown };
  return key === 'integer' && typeof find === 'function';
};

const invalid = (option: string, reason: string): AuthorizationConfigError =>
  new AuthorizationConfigError('NANOOK_HTTP_INVALID_OPTION', { option, reason });

/** Calls the loader of a type. @returns nothing for an id that the type cannot have */
export async function findResource<Context>(
  { resources }: PermissionsOptions<Context>,
  type: string,
  id: string,
  context: Context,
): Promise<object | null | undefined> {
  const finders = resources as Readonly<Record<string, ResourceFinder<Context>>>;
  const finder = Object.hasOwn(finders, type) ? finders[type]! : undefined;
  if (finder === undefined) return undefined;
  if (typeof finder === 'function') return finder(id, context);
  const number = Number(id);
  return Number.isSafeInteger(number) && String(number) === id ? finder.find(number, context) : undefined;
}
