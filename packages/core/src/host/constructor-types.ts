import type { DeclaredType } from '../types/declared-type.js';
import type { Class } from '../types/type-declaration.js';
import type { PlainTypeTable } from '../types/plain-type-table.js';
import { Dict } from './dict.js';

/** The types of objects in the dialect oso, which reads the class of an object from its attribute `constructor`. */
export class ConstructorTypes {
  readonly #builtIn: ReadonlyMap<unknown, DeclaredType | undefined>;
  readonly #registered = new Map<unknown, readonly DeclaredType[] | undefined>();

  constructor(readonly types: PlainTypeTable) {
    this.#builtIn = new Map<unknown, DeclaredType | undefined>([
      [Boolean, types.find('Boolean')],
      [Number, types.find('Float')],
      [String, types.find('String')],
      [Array, types.find('List')],
      [Dict, types.find('Dictionary')],
    ]);
  }

  /**
   * Returns the types of a class and of the classes that it extends; undefined for a class that is not registered.
   *
   * @throws {TypeError} for the name of a class: plain data, such as the body of a request, could be of any class
   */
  ofRegistered(constructor: unknown): readonly DeclaredType[] | undefined {
    if (typeof constructor === 'string' && this.types.find(constructor) !== undefined)
      throw new TypeError(
        `the attribute \`constructor\` of a value names the class \`${constructor}\`; remove it from the data, which could be of any class otherwise`,
      );
    if (typeof constructor !== 'function') return undefined;
    if (!this.#registered.has(constructor)) {
      const chain = this.#typeOf(constructor) === undefined ? undefined : this.chainOf(constructor);
      // The number of other classes is unbounded.
      if (chain === undefined) return undefined;
      this.#registered.set(constructor, chain);
    }
    return this.#registered.get(constructor);
  }

  /** Returns the types of those classes that are registered, of a class and the classes that it extends, nearest first. */
  chainOf(constructor: unknown): readonly DeclaredType[] {
    const chain: DeclaredType[] = [];
    for (
      let next = constructor;
      typeof next === 'function' && next !== Function.prototype;
      next = Object.getPrototypeOf(next)
    ) {
      const type = this.#typeOf(next);
      if (type !== undefined) chain.push(type);
    }
    return chain;
  }

  #typeOf(constructor: unknown): DeclaredType | undefined {
    const type = this.types.findByClass(constructor as Class);
    return type?.builtIn === false ? type : this.#builtIn.get(constructor);
  }
}
