// The metadata key of Nest.
const parametersKey = '__routeArguments__';

// A registered symbol, which the ESM and the CommonJS copy of this package share.
const mark = Symbol.for('@nanook/nestjs/actor-dependent');

/** Marks the factory of a parameter decorator whose value depends on the actor. */
export const actorDependent = <Factory extends object>(factory: Factory): Factory =>
  Object.defineProperty(factory, mark, { value: true });

/** Returns whether a parameter of a handler depends on the actor, so that its result can depend on the actor, too. */
export function readsActor(type: object, name: string): boolean {
  const parameters = Reflect.getMetadata(parametersKey, type, name) as
    | Readonly<Record<string, { readonly factory?: object }>>
    | undefined;
  return Object.values(parameters ?? {}).some(({ factory }) => factory !== undefined && mark in factory);
}
