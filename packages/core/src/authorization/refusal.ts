import type { Explanation } from '../explanation/explanation.js';
import { ForbiddenError, NotFoundError } from './authorization-error.js';
import { isUndecided } from '../diagnostics/polar-error.js';

/** The options of an authorizer about refusals. */
interface RefusalSettings {
  readonly readAction?: string;
  readonly hideUnreadable?: boolean;
}

/** Creates the error of a refusal: forbidden, or not found for an actor who may not even read the resource. */
export async function refusal(
  action: unknown,
  resourceType: string | undefined,
  options: { readonly checkRead?: boolean },
  settings: RefusalSettings,
  mayDo: (readAction: string) => boolean | Promise<boolean>,
  explanation?: Explanation,
): Promise<Error> {
  const { readAction, errorFor } = refuse(action, resourceType, options, settings, explanation);
  if (readAction === undefined) return errorFor(false);
  try {
    return errorFor(await mayDo(readAction));
  } catch (error) {
    return errorFor(denyUndecided(error));
  }
}

/** Creates the error of a refusal without a promise. */
export function refusalSync(
  action: unknown,
  resourceType: string | undefined,
  options: { readonly checkRead?: boolean },
  settings: RefusalSettings,
  mayDo: (readAction: string) => boolean,
): Error {
  const { readAction, errorFor } = refuse(action, resourceType, options, settings, undefined);
  if (readAction === undefined) return errorFor(false);
  try {
    return errorFor(mayDo(readAction));
  } catch (error) {
    return errorFor(denyUndecided(error));
  }
}

/** Returns the action that decides whether the actor may see the resource, if one must be checked, and creates the error of the refusal. */
function refuse(
  action: unknown,
  resourceType: string | undefined,
  { checkRead }: { readonly checkRead?: boolean },
  { readAction = 'read', hideUnreadable = true }: RefusalSettings,
  explanation: Explanation | undefined,
): { readonly readAction?: string; readonly errorFor: (mayRead: boolean) => Error } {
  const name = textOrNone(action);
  const reason = denialReason('allow', action, resourceType, undefined);
  const details = { resourceType, reason, explanation };
  if (!hideUnreadable || checkRead === false) return { errorFor: () => new ForbiddenError(name, details) };
  if (action === readAction) return { errorFor: () => new NotFoundError(name, details) };
  const hidden = { ...details, reason: `${reason}, nor one for ${JSON.stringify(readAction)}` };
  const errorFor = (mayRead: boolean): Error =>
    mayRead ? new ForbiddenError(name, details) : new NotFoundError(name, hidden);
  return { readAction, errorFor };
}

/** Returns false for an undecided check. @throws every other error */
export function denyUndecided(error: unknown): false {
  if (isUndecided(error)) return false;
  throw error;
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
