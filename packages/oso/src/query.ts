import { PolarError } from './errors.js';
import type { QueryResult } from './types.js';

/** A query of the engine of oso. The engine of Nanook runs its queries itself, so none can be created: call `oso.query()` instead. */
export class Query {
  declare results: QueryResult;

  constructor() {
    throw new PolarError(
      '@nanook/oso has no engine for `new Query()`. Call `oso.query()` or `oso.queryRule()`, which return the results.',
    );
  }
}
