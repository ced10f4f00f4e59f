import { isPolarError, type Authorizer, type Class, type TypeToken } from '@nanook/core';

/** Returns the declared type with this name, or `undefined`. */
export function findType(authorizer: Authorizer, name: string): Class | TypeToken | undefined {
  try {
    return authorizer.type(name);
  } catch (error) {
    if (isPolarError(error) && error.code === 'POLAR_TYPE_UNKNOWN_TYPE') return undefined;
    throw error;
  }
}
