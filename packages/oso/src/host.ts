import {
  DataFilteringConfigurationError,
  DuplicateClassAliasError,
  InvalidConstructorError,
  UnregisteredClassError,
  UnregisteredInstanceError,
} from './errors.js';
import { termOf, valueOfTerm } from './engine/polar-term.js';
import { typeAtPath } from './engine/type-at-path.js';
import { Relation, type Adapter } from './filter.js';
import { ancestors, defaultEqualityFn, isConstructor, isString, repr } from './helpers.js';
import { Polar as FfiPolar } from './polar-wasm-api.js';
import {
  UserType,
  type Class,
  type ClassParams,
  type EqualityFn,
  type HostTypes,
  type obj,
  type PolarComparisonOperator,
  type PolarTerm,
} from './types.js';

const refuse = (): never => {
  throw new DataFilteringConfigurationError();
};

export interface HostOpts {
  /** Whether `toJs` accepts a constraint. */
  acceptExpression: boolean;
  /** The equality of `externalOp`. */
  equalityFn: EqualityFn;
}

const defaults: HostOpts = { acceptExpression: false, equalityFn: defaultEqualityFn };

/**
 * The registered classes of an `Oso`, and its adapter for data filtering. Its methods for terms and kept values are those of oso. The engine does
 * not call them.
 */
export class Host<Query, Resource> {
  types: HostTypes = new Map();
  adapter: Adapter<Query, Resource> = { buildQuery: refuse, executeQuery: refuse };
  readonly #instances = new Map<number, unknown>();
  readonly #ffiPolar: FfiPolar;
  readonly #opts: HostOpts;

  constructor(ffiPolar = new FfiPolar(), opts = defaults) {
    this.#ffiPolar = ffiPolar;
    this.#opts = opts;
  }

  /** Returns a host with the same content. What it adds to its content is not added to the given one. */
  static clone<Query, Resource>(host: Host<Query, Resource>, opts: Partial<HostOpts>): Host<Query, Resource> {
    const clone = new Host<Query, Resource>(host.#ffiPolar, { ...host.#opts, ...opts });
    for (const [id, instance] of host.#instances) clone.cacheInstance(instance, id);
    clone.types = new Map(host.types);
    clone.adapter = host.adapter;
    return clone;
  }

  /** @throws {UnregisteredClassError} */
  getClass(name: string): Class {
    const type = this.types.get(name);
    if (type === undefined) throw new UnregisteredClassError(name);
    return type.cls as Class;
  }

  /** Returns the registered type of a class or of a name. */
  getType<Type extends Class>(cls?: Type | string): UserType<Type> | undefined {
    return cls === undefined ? undefined : this.types.get(cls);
  }

  /** The registered types, each name once. */
  *distinctUserTypes(): IterableIterator<UserType<Class>> {
    for (const [name, type] of this.types) if (typeof name === 'string') yield type as UserType<Class>;
  }

  /** Returns the registered types and their fields in the form in which oso passes them to its engine. @throws {UnregisteredClassError} */
  serializeTypes(): obj {
    const types = [...this.distinctUserTypes()].map(({ name, fields }) => {
      const serialized = [...fields].map(([field, type]) => [field, this.#serializeField(type)]);
      return [name, Object.fromEntries(serialized)];
    });
    return Object.fromEntries(types) as obj;
  }

  #serializeField(type: Class | Relation): obj {
    if (type instanceof Relation) return type.serialize();
    const registered = this.getType(type);
    if (registered === undefined) throw new UnregisteredClassError(type.name);
    return { Base: { class_tag: registered.name } };
  }

  /** Does nothing: the engine reads the ancestors of a class from the class itself. */
  registerMros(): void {}

  /** Registers a class. Returns its name. */
  cacheClass(cls: Class, params: ClassParams = {}): string {
    if (!isConstructor(cls)) throw new InvalidConstructorError(cls);
    // oxlint-disable-next-line typescript/prefer-nullish-coalescing -- an empty name is not a name
    const name = params.name || cls.name;
    const existing = this.types.get(name);
    if (existing !== undefined)
      throw new DuplicateClassAliasError({ name, cls, existing: existing.cls as Class });
    const { fields = {}, isaCheck } = params;
    const type = new UserType<Class>({
      name,
      cls,
      fields: fields instanceof Map ? fields : new Map(Object.entries(fields)),
      id: this.cacheInstance(cls),
      isaCheck:
        isaCheck ??
        ((value: unknown) =>
          value instanceof cls ||
          (value as { constructor?: unknown } | null | undefined)?.constructor === cls),
    });
    this.types.set(cls, type);
    this.types.set(name, type);
    return name;
  }

  /** Returns whether one registered class extends another one, or is the same. */
  isSubclass(left: string, right: string): boolean {
    return ancestors(this.getClass(left)).includes(this.getClass(right));
  }

  /** The kept values: the registered classes, and those that were kept with `cacheInstance`. */
  instances(): unknown[] {
    return [...this.#instances.values()];
  }

  hasInstance(id: number): boolean {
    return this.#instances.has(id);
  }

  /** Returns the value that was kept under a number. @throws {UnregisteredInstanceError} */
  getInstance(id: number): unknown {
    if (!this.hasInstance(id)) throw new UnregisteredInstanceError(id);
    return this.#instances.get(id);
  }

  /** Keeps a value under a number, by default a new one. Returns the number. */
  cacheInstance(instance: unknown, id = this.#ffiPolar.newId()): number {
    this.#instances.set(id, instance);
    return id;
  }

  /** Calls the constructor of a registered class, and keeps the instance. @throws {UnregisteredClassError} */
  async makeInstance(name: string, fields: PolarTerm[], id?: number): Promise<void> {
    const cls = this.getClass(name);
    const args = await Promise.all(fields.map((field) => this.toJs(field)));
    this.cacheInstance(new cls(...args), id);
  }

  /** Returns whether the left class comes before the right one among the classes of a kept value. */
  async isSubspecializer(id: number, left: string, right: string): Promise<boolean> {
    const instance = await this.getInstance(id);
    const classes = ancestors((instance as { constructor?: unknown } | null | undefined)?.constructor);
    const [leftIndex, rightIndex] = [left, right].map((name) => classes.indexOf(this.getClass(name))) as [
      number,
      number,
    ];
    return leftIndex !== -1 && (rightIndex === -1 || leftIndex < rightIndex);
  }

  /** Returns whether a term is an instance of a registered class. @throws {UnregisteredClassError} */
  async isa(term: PolarTerm, name: string): Promise<boolean> {
    const instance = await this.toJs(term);
    this.getClass(name);
    return this.types.get(name)!.isaCheck(instance);
  }

  /** Returns whether the fields on a path from a class lead to another class. */
  async isaWithPath(baseTag: string, path: PolarTerm[], classTag: string): Promise<boolean> {
    const steps = await Promise.all(path.map((step) => this.toJs(step)));
    const wrong = steps.find((step) => !isString(step));
    if (wrong !== undefined) throw new Error(`Not a field name: ${repr(wrong)}`);
    return typeAtPath(baseTag, steps as string[], this.types) === classTag;
  }

  /** Compares two terms with the operators of JavaScript, and for equality with `equalityFn`. */
  async externalOp(op: PolarComparisonOperator, leftTerm: PolarTerm, rightTerm: PolarTerm): Promise<boolean> {
    const [left, right] = (await Promise.all([this.toJs(leftTerm), this.toJs(rightTerm)])) as [
      number,
      number,
    ];
    switch (op) {
      case 'Eq':
        return this.#opts.equalityFn(left, right);
      case 'Neq':
        return !this.#opts.equalityFn(left, right);
      case 'Geq':
        return left >= right;
      case 'Gt':
        return left > right;
      case 'Leq':
        return left <= right;
      case 'Lt':
        return left < right;
    }
  }

  /** Returns a value as a term. An object is kept, and the term has its number. */
  toPolar(v: unknown): PolarTerm {
    return termOf(v, this);
  }

  /** Returns the value of a term. @throws {UnexpectedExpressionError} for a constraint, if it is not accepted */
  toJs(term: PolarTerm): Promise<unknown> {
    return valueOfTerm(term, this, this.#opts.acceptExpression);
  }
}
