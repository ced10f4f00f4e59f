import { ForbiddenError, NotFoundError } from './authorization-error.js';
import { isUndecided } from './undecided.js';

/** What a refusal tells: that it is forbidden, or, to those who may not even read the resource, that nothing is there. */
export async function refusal(
  action: unknown,
  { checkRead }: { readonly checkRead?: boolean },
  {
    readAction = 'read',
    hideUnreadable = true,
  }: { readonly readAction?: string; readonly hideUnreadable?: boolean },
  mayDo: (readAction: string) => boolean | Promise<boolean>,
): Promise<Error> {
  const name = textOrNone(action);
  if (!hideUnreadable || checkRead === false) return new ForbiddenError(name);
  if (action === readAction) return new NotFoundError(name);
  try {
    return (await mayDo(readAction)) ? new ForbiddenError(name) : new NotFoundError(name);
  } catch (error) {
    // Whether it may be read is not known, so it stays hidden.
    if (isUndecided(error)) return new NotFoundError(name);
    throw error;
  }
}

export const textOrNone = (action: unknown): string | undefined =>
  typeof action === 'string' ? action : undefined;
