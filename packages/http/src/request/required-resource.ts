import type { Authorizer } from '@nanook/core';
import { describeCall } from './check-call.js';
import type { LoaderLimits } from '../requirements/call-loader.js';
import { checkSource, resourceFrom, type ResourceSource } from '../requirements/resource-source.js';
import { rowSourceOf, type RowSource } from '../requirements/row-source.js';
import { describeSource } from '../requirements/route-requirement.js';

/**
 * The resource of a requirement. It holds the parts of a check that are the same in each request.
 *
 * @internal for adapters
 */
export class RequiredResource<Context extends readonly unknown[] = readonly unknown[]> {
  /** The call for messages: `load('read', …)`. */
  readonly call: string;
  /** The decision for messages: `read findNote()`. */
  readonly decision: string;
  /** The row that is loaded and authorized with one query; `undefined` for another source. */
  readonly row: RowSource | undefined;

  /**
   * @param source a loader; or, for *create* and *list*, a class, a type or the name of a type
   * @throws {AuthorizationConfigError} `NANOOK_HTTP_NO_SOURCE`, `NANOOK_HTTP_NO_RETURN`
   */
  constructor(
    readonly action: string,
    readonly source: ResourceSource<NoInfer<Context>>,
  ) {
    checkSource(action, source);
    this.call = describeCall('load', [action, source]);
    this.decision = `${action} ${describeSource(source as ResourceSource<never>)}`;
    this.row = rowSourceOf(source);
  }

  /** Returns the resource of a request, or a promise of it. */
  load(authorizer: Authorizer, context: Context, limits: LoaderLimits): unknown {
    return resourceFrom(authorizer, this.source, context, limits);
  }
}
