// The class `Oso` with the dialect of oso, for the test runner only.
import { Oso as NanookOso } from './engine.js';

export { Expression, ForbiddenError, NotFoundError, Relation, Variable } from './engine.js';

export class Oso extends NanookOso {
  protected override readonly dialect = 'oso';
}
