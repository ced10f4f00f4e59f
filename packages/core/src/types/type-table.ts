import type { Dialect } from '../dialect/dialect.js';
import { declarations as checkedDeclarations } from './declarations.js';
import { createEntity } from './entity.js';
import { type Declarations, PlainTypeTable } from './plain-type-table.js';
import type { DeclaredType } from './declared-type.js';
import type { TypesInput } from './type-declaration.js';

export { isUnionName, unionNames, type UnionName } from './declared-type.js';
export { isPolarName } from './declarations.js';
export { builtInTypeNames, type BuiltInTypeName } from './plain-type-table.js';

/** All names that a policy may use besides its own rules: types and constants. Immutable. */
export class TypeTable extends PlainTypeTable {
  /** The objects that policies name, by their text. */
  readonly #entities = new Map<string, object>();
  #hasFields: boolean | undefined;
  #declaresPaths: boolean | undefined;
  #loaded: ReadonlySet<string> | undefined;

  /** @throws {PolarError} `POLAR_TYPE_…` naming the first declaration that makes no sense */
  constructor(
    types: TypesInput = {},
    constants: Readonly<Record<string, unknown>> = {},
    dialect?: Dialect,
    declarations: Declarations = checkedDeclarations,
  ) {
    super(types, constants, declarations, dialect);
  }

  /** Returns whether every value of type `sub` has type `base`, according to the declarations. */
  isSubtype(sub: DeclaredType, base: DeclaredType): boolean {
    return (
      sub === base ||
      (sub.name === 'Integer' && base.name === 'Float') ||
      this.ancestorsOf(sub).includes(base)
    );
  }

  /** Returns whether a bare name in a term is a type or a constant. */
  hasConstant(name: string): boolean {
    return this.constants.has(name) || this.byName.has(name) || this.#entities.has(name);
  }

  /** Makes `User{"ann"}` a constant of the policies. */
  nameEntity(name: string, type: DeclaredType, id: string | number): void {
    if (!this.#entities.has(name)) this.#entities.set(name, createEntity(type, id));
  }

  override constant(name: string): unknown {
    return this.#entities.get(name) ?? super.constant(name);
  }

  /** Returns true if any type declares its fields. */
  get hasFields(): boolean {
    this.#hasFields ??= [...this.types].some(({ fields }) => fields !== undefined);
    return this.#hasFields;
  }

  /** Returns true if the rows of any type are facts of the policy. */
  get hasFacts(): boolean {
    return [...this.types].some(({ facts }) => facts.length > 0);
  }

  /** Returns true if any type declares where paths of its attributes lead. */
  get declaresPaths(): boolean {
    this.#declaresPaths ??= [...this.types].some(({ leadsTo }) => leadsTo !== undefined);
    return this.#declaresPaths;
  }

  /** Returns whether a type loads the property of this name by a call. */
  isLoaded(name: string): boolean {
    this.#loaded ??= new Set([...this.types].flatMap(({ loads }) => [...(loads?.keys() ?? [])]));
    return this.#loaded.has(name);
  }
}
