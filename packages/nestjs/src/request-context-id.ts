import { ContextIdFactory, type ContextId, type ModuleRef } from '@nestjs/core';
import type { Execution } from './execution.js';

const contextIds = new WeakMap<object, ContextId>();

/** One for each request, so that the providers of its scope are made once, and know it. */
export function contextIdOf(moduleRef: ModuleRef, { requestKey, request }: Execution): ContextId {
  let id = contextIds.get(requestKey);
  if (id === undefined) {
    id = ContextIdFactory.getByRequest(request as Record<string, unknown>);
    moduleRef.registerRequestByContextId(request, id);
    contextIds.set(requestKey, id);
  }
  return id;
}
