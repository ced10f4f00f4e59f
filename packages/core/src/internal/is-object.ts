/** Checks for an object, arrays included and functions excluded. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Checks for a value that is compared by identity: an object or a function. */
export const isObjectOrFunction = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';
