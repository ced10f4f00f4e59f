import { ContextIdFactory, type ContextId, type ModuleRef } from '@nestjs/core';
import { REQUEST_CONTEXT_ID } from '@nestjs/core/router/request/request-constants.js';
import type { Execution } from './execution.js';

const contextIds = new WeakMap<object, ContextId>();

/**
 * Returns the id of a request for the container of Nest, so that request-scoped providers are created once for each request. The value of
 * `REQUEST` is the one that Nest provides: under GraphQL, the context.
 */
export function contextIdOf(moduleRef: ModuleRef, { kind, requestKey, request }: Execution): ContextId {
  let id = contextIds.get(requestKey);
  if (id === undefined) {
    const injected = (kind === 'graphql' ? requestKey : request) as HasContextId;
    id = ContextIdFactory.getByRequest(injected, ['req']);
    moduleRef.registerRequestByContextId(injected, id);
    // Nest reads the id from there when it creates a request-scoped resolver later.
    if (kind === 'graphql' && injected[REQUEST_CONTEXT_ID] === undefined)
      Object.defineProperty(injected, REQUEST_CONTEXT_ID, { value: id });
    contextIds.set(requestKey, id);
  }
  return id;
}

type HasContextId = Record<typeof REQUEST_CONTEXT_ID, ContextId | undefined>;
