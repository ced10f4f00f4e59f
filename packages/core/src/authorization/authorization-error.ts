// A refusal is a decision, not a fault. The shape is the one that `http-errors` makes, so that Express, Koa and their error
// handlers know what to do with it.

const brand = Symbol.for('@nanook/core/AuthorizationError');

/** What a refusal tells the log. A client never sees it: it is not enumerable, so that neither JSON nor a spread contains it. */
export interface RefusalDetails {
  /** The declared type of the resource: `Note`. */
  readonly resourceType?: string | undefined;
  /** Why it was refused, in general: `no rule for "delete" on Note matched`. */
  readonly reason?: string | undefined;
}

/** Base of the refusals. `instanceof` fails across the ESM and the CommonJS copy; `isAuthorizationError` does not. */
export class AuthorizationError extends Error {
  override readonly name: string = 'AuthorizationError';
  readonly [brand] = true;
  readonly status: number;
  readonly statusCode: number;
  /** Whether the message may be shown to the client. */
  readonly expose = true;
  /** The action that was refused, when one was. Never rendered by itself. */
  readonly action: string | undefined;
  /** The declared type of the resource, for the log; not enumerable. */
  declare readonly resourceType: string | undefined;
  /** Why it was refused, in general, for the log; not enumerable. */
  declare readonly reason: string | undefined;
  /** The route that refused, such as `GET /notes/:id`, for the log; set by the web layer; not enumerable. */
  declare route: string | undefined;

  constructor(message: string, status: number, action?: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.statusCode = status;
    this.action = action;
    Object.defineProperties(this, {
      resourceType: { value: details.resourceType },
      reason: { value: details.reason },
      route: { value: undefined, writable: true },
    });
  }
}

/** The actor may not even read the resource, so nothing tells that it exists: 404. */
export class NotFoundError extends AuthorizationError {
  override readonly name: string = 'NotFoundError';
  constructor(action?: string, details?: RefusalDetails) {
    super('Not found', 404, action, details);
  }
}

/** The actor may read the resource, but not do this to it: 403. */
export class ForbiddenError extends AuthorizationError {
  override readonly name: string = 'ForbiddenError';
  constructor(action?: string, details?: RefusalDetails) {
    super('Forbidden', 403, action, details);
  }
}

/** Nobody is signed in where somebody must be: 401. From the web kernel; core itself asks the policy, with `nil` too. */
export class UnauthenticatedError extends AuthorizationError {
  override readonly name: string = 'UnauthenticatedError';
  constructor() {
    super('Unauthenticated', 401);
  }
}

const isBranded = (error: unknown): error is AuthorizationError =>
  typeof error === 'object' && error !== null && (error as { [brand]?: unknown })[brand] === true;

export const isAuthorizationError = isBranded;
export const isNotFoundError = (error: unknown): error is NotFoundError =>
  isBranded(error) && error.name === 'NotFoundError';
export const isForbiddenError = (error: unknown): error is ForbiddenError =>
  isBranded(error) && error.name === 'ForbiddenError';
export const isUnauthenticatedError = (error: unknown): error is UnauthenticatedError =>
  isBranded(error) && error.name === 'UnauthenticatedError';
