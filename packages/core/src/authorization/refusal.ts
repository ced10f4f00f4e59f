import type { Explanation } from '../explanation/explanation.js';
import { ForbiddenError, NotFoundError } from './authorization-error.js';
import { isUndecided } from '../diagnostics/polar-error.js';

/** Creates the error of a refusal: forbidden, or not found for an actor who may not even read the resource. */
export async function refusal(
  action: unknown,
  resourceType: string | undefined,
  { checkRead }: { readonly checkRead?: boolean },
  {
    readAction = 'read',
    hideUnreadable = true,
  }: { readonly readAction?: string; readonly hideUnreadable?: boolean },
  mayDo: (readAction: string) => boolean | Promise<boolean>,
  explanation?: Explanation,
): Promise<Error> {
  const name = textOrNone(action);
  const reason = denialReason('allow', action, resourceType, undefined);
  const details = { resourceType, reason, explanation };
  if (!hideUnreadable || checkRead === false) return new ForbiddenError(name, details);
  if (action === readAction) return new NotFoundError(name, details);
  const hidden = { ...details, reason: `${reason}, nor one for ${JSON.stringify(readAction)}` };
  try {
    return (await mayDo(readAction)) ? new ForbiddenError(name, details) : new NotFoundError(name, hidden);
  } catch (error) {
    // The read check is undecided, so the resource stays hidden.
    if (isUndecided(error)) return new NotFoundError(name, hidden);
    throw error;
  }
}

/**
 * Creates the error of a refusal of a row that may not exist.
 *
 * @param has returns whether the row exists and the actor may perform an action on it; without an action, whether it exists
 */
export async function refusalOfRow(
  action: string,
  resourceType: string,
  options: { readonly checkRead?: boolean },
  decisions: { readonly readAction?: string; readonly hideUnreadable?: boolean },
  has: (readAction: string | undefined) => Promise<boolean>,
): Promise<Error> {
  const isShown = decisions.hideUnreadable === false || options.checkRead === false;
  if (isShown && !(await has(undefined)))
    return new NotFoundError(action, { resourceType, reason: `no row of ${resourceType} has the key` });
  return refusal(action, resourceType, options, decisions, has);
}

export const textOrNone = (action: unknown): string | undefined =>
  typeof action === 'string' ? action : undefined;

/** Returns the reason of a denial, for refusals and for the log: it contains no data of the resource. */
export function denialReason(
  kind: 'allow' | 'allow_field' | 'allow_request',
  action: unknown,
  resourceType: string | undefined,
  field: unknown,
  /** The number of fields of a decision about several. */
  fields?: number,
): string {
  if (kind === 'allow_request') return 'no rule of allow_request matched';
  const asked = typeof action === 'string' ? JSON.stringify(action) : 'the action';
  if (kind === 'allow')
    return `no rule for ${asked}${resourceType === undefined ? '' : ` on ${resourceType}`} matched`;
  const of = resourceType === undefined ? '' : ` of ${resourceType}`;
  if (fields !== undefined)
    return `no rule of allow_field for ${asked} on ${fields === 1 ? 'the field' : `any of ${fields} fields`}${of} matched`;
  const on = typeof field === 'string' ? JSON.stringify(field) : 'the field';
  return `no rule of allow_field for ${asked} on ${on}${of} matched`;
}
