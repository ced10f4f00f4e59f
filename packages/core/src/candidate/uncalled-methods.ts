import { HostReplay } from '../engine/host-replay.js';
import { isObjectOrFunction } from '../internal/is-object.js';

/** Thrown instead of a call of the application. */
export class UncalledMethod extends Error {}

/** Refuses the calls of the application's methods, getters and constructors in a query. Methods of built-in values are called. */
export class UncalledMethods extends HostReplay {
  /** @param clocks the constants of the library with the time */
  constructor(readonly clocks: readonly unknown[]) {
    super({ fields: [], startedAt: undefined });
  }

  override get isEmpty(): boolean {
    return false;
  }

  override call(receiver: unknown, name: string, _args: readonly unknown[], run: () => unknown): unknown {
    if (
      isPlain(receiver) ||
      this.clocks.includes(receiver) ||
      (name.startsWith('.') && isData(receiver as object, name.slice(1)))
    )
      return run();
    throw new UncalledMethod(name);
  }

  override construct(name: string): never {
    throw new UncalledMethod(`new ${name}`);
  }
}

/** Returns whether the methods of a value are those of JavaScript. */
const isPlain = (value: unknown): boolean =>
  !isObjectOrFunction(value) ||
  builtInClasses.has(value) ||
  builtInPrototypes.has(Object.getPrototypeOf(value));

const builtInClasses = new Set<unknown>([Array, Boolean, Number, Object, String]);

const builtInPrototypes = new Set<unknown>([Array.prototype, Date.prototype, Map.prototype, Set.prototype]);

/** Returns whether a member is a value and not a getter. A member that does not exist calls nothing either. */
function isData(object: object, key: string): boolean {
  for (
    let owner: object | null = object;
    owner !== null;
    owner = Object.getPrototypeOf(owner) as object | null
  ) {
    const descriptor = Object.getOwnPropertyDescriptor(owner, key);
    if (descriptor !== undefined) return descriptor.get === undefined;
  }
  return true;
}
