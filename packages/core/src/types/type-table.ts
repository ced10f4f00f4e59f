import type { Dialect } from '../dialect/dialect.js';
import { declarations } from './declarations.js';
import { PlainTypeTable } from './plain-type-table.js';
import type { TypesInput } from './type-declaration.js';

export { isUnionName, unionNames, type UnionName } from './union-name.js';
export { isPolarName } from './declarations.js';
export { builtInTypeNames, type BuiltInTypeName } from './plain-type-table.js';

/** All names that a policy may use besides its own rules: types and constants. Immutable. */
export class TypeTable extends PlainTypeTable {
  /** @throws {PolarError} `POLAR_TYPE_…` naming the first declaration that makes no sense */
  constructor(types: TypesInput = {}, constants: Readonly<Record<string, unknown>> = {}, dialect?: Dialect) {
    super(types, constants, declarations, dialect);
  }
}
