import {
  DataFilteringConfigurationError,
  DuplicateClassAliasError,
  InvalidConstructorError,
  UnregisteredClassError,
} from './errors.js';
import type { Adapter } from './filter.js';
import { ancestors, isConstructor } from './helpers.js';
import { UserType, type Class, type ClassParams, type HostTypes } from './types.js';

const refuse = (): never => {
  throw new DataFilteringConfigurationError();
};

/** The registered classes of an `Oso`, and its adapter for data filtering. */
export class Host<Query, Resource> {
  types: HostTypes = new Map();
  adapter: Adapter<Query, Resource> = { buildQuery: refuse, executeQuery: refuse };
  #lastId = 0;

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
      id: ++this.#lastId,
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

  /** The values that the policy knows by name. Those of a query do not outlive it. */
  instances(): unknown[] {
    return [...this.distinctUserTypes()].map(({ cls }) => cls);
  }
}
