import { hasBrand } from '../diagnostics/coded-error.js';
import type { Explanation } from '../explanation/explanation.js';

// A refusal is a decision, not an error of the application. Its shape is the one of `http-errors`, which Express, Koa and their
// error handlers support.

const brand = /* @__PURE__ */ Symbol.for('@nanook/core/AuthorizationError');

/** Details of a refusal for the log. They are not enumerable, so that neither JSON nor a spread sends them to a client. */
export interface RefusalDetails {
  /** The declared type of the resource, such as `Note`. */
  readonly resourceType?: string | undefined;
  /** The reason in general, such as `no rule for "delete" on Note matched`. */
  readonly reason?: string | undefined;
  /** The reason in detail, of a check with the option `explain`. */
  readonly explanation?: Explanation | undefined;
}

/**
 * The base class of the refusals. `instanceof` fails across the ESM and the CommonJS copy of the package; `isAuthorizationError`
 * does not.
 */
export class AuthorizationError extends Error {
  override readonly name: string = 'AuthorizationError';
  declare readonly [brand]: true;
  readonly status: number;
  readonly statusCode: number;
  /** Whether the message may be shown to the client. */
  readonly expose = true;
  /** The refused action, if there is one. Nanook never renders it. */
  readonly action: string | undefined;
  /** The declared type of the resource, for the log; not enumerable. */
  declare readonly resourceType: string | undefined;
  /** The reason in general, for the log; not enumerable. */
  declare readonly reason: string | undefined;
  /** The reason in detail, of a check with the option `explain`: for developers, and not for the client; not enumerable. */
  declare readonly explanation: Explanation | undefined;
  /** The route that refused, such as `GET /notes/:id`, for the log. The adapter sets it; not enumerable. */
  declare route: string | undefined;

  constructor(message: string, status: number, action?: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.statusCode = status;
    this.action = action;
    Object.defineProperties(this, {
      [brand]: { value: true },
      resourceType: { value: details.resourceType },
      reason: { value: details.reason },
      explanation: { value: details.explanation },
      route: { value: undefined, writable: true },
    });
  }
}

/** The refusal for an actor who may not even read the resource: 404, so that the response does not reveal that it exists. */
export class NotFoundError extends AuthorizationError {
  override readonly name: string = 'NotFoundError';
  constructor(action?: string, details?: RefusalDetails) {
    super('Not found', 404, action, details);
  }
}

/** The refusal for an actor who may read the resource but not perform the action: 403. */
export class ForbiddenError extends AuthorizationError {
  override readonly name: string = 'ForbiddenError';
  constructor(action?: string, details?: RefusalDetails) {
    super('Forbidden', 403, action, details);
  }
}

/**
 * The refusal for an anonymous actor on a route that needs a signed-in actor: 401. Only the adapters throw it; core passes
 * anonymous actors to the policy as `nil`.
 */
export class UnauthenticatedError extends AuthorizationError {
  override readonly name: string = 'UnauthenticatedError';
  constructor(action?: string, details?: RefusalDetails) {
    super('Unauthenticated', 401, action, details);
  }
}

/** Returns whether an error is a refusal, from any copy of the package. */
export const isAuthorizationError = (error: unknown): error is AuthorizationError => hasBrand(error, brand);
/** Returns whether an error is a `NotFoundError`, from any copy of the package. */
export const isNotFoundError = (error: unknown): error is NotFoundError =>
  isAuthorizationError(error) && error.name === 'NotFoundError';
/** Returns whether an error is a `ForbiddenError`, from any copy of the package. */
export const isForbiddenError = (error: unknown): error is ForbiddenError =>
  isAuthorizationError(error) && error.name === 'ForbiddenError';
/** Returns whether an error is an `UnauthenticatedError`, from any copy of the package. */
export const isUnauthenticatedError = (error: unknown): error is UnauthenticatedError =>
  isAuthorizationError(error) && error.name === 'UnauthenticatedError';
