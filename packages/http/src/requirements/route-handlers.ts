import { decides, requirementOf, skippedBy, type RouteRequirement } from './route-requirement.js';

type Handler = (...args: never[]) => unknown;

/** The handlers that a request passes in one route. */
export interface RouteHandlers {
  /** The requirements before the handler, in their order. A requirement after the handler would be checked too late. */
  readonly requirements: readonly RouteRequirement[];
  /** The last handler that is not a requirement. Handlers before it are middleware, which is not expected to respond. */
  readonly handler: Handler | undefined;
}

/**
 * Splits the handlers of a route into its requirements and the handler that responds.
 *
 * @internal for adapters
 */
export function splitHandlers(handlers: readonly Handler[]): RouteHandlers {
  const last = handlers.findLastIndex((handler) => requirementOf(handler) === undefined);
  const before = last === -1 ? handlers : handlers.slice(0, last);
  const requirements = before.flatMap((handler) => requirementOf(handler) ?? []);
  const skipped = skippedBy(handlers[last]);
  if (skipped === undefined) return { requirements, handler: handlers[last] };
  return {
    requirements: [...requirements, { kind: 'skip', reason: skipped.reason }],
    handler: skipped.middleware.at(-1),
  };
}

/**
 * Returns whether a requirement before the handler that responds decides, as {@link splitHandlers} finds them. It allocates nothing, because
 * it runs in each request.
 *
 * @internal for adapters
 */
export function haveDecision(handlers: readonly Handler[]): boolean {
  let isDecided = false;
  let isDecidedBefore = false;
  let last: Handler | undefined;
  for (const handler of handlers) {
    const requirement = requirementOf(handler);
    if (requirement !== undefined) {
      isDecided ||= decides(requirement);
    } else {
      last = handler;
      isDecidedBefore = isDecided;
    }
  }
  return last === undefined ? isDecided : isDecidedBefore || skippedBy(last) !== undefined;
}
