// The metadata key of Nest.
const parametersKey = '__routeArguments__';

// A registered symbol, which the ESM and the CommonJS copy of this package share.
const mark = Symbol.for('@nanook/nestjs/actor-dependent');

/** Marks the factory of a parameter decorator whose value depends on the actor. */
export const actorDependent = <Factory extends object>(factory: Factory): Factory =>
  Object.defineProperty(factory, mark, { value: true });

interface Parameter {
  /** The function of a custom decorator. */
  readonly factory?: object;
  readonly data?: unknown;
}

/** Returns the decorated parameters of a handler. */
export const parametersOf = (type: object, name: string): readonly Parameter[] =>
  Object.values(
    (Reflect.getMetadata(parametersKey, type, name) ?? {}) as Readonly<Record<string, Parameter>>,
  );

/** Returns whether a parameter of a handler depends on the actor, so that its result can depend on the actor, too. */
export const readsActor = (type: object, name: string): boolean =>
  parametersOf(type, name).some(({ factory }) => factory !== undefined && mark in factory);
