import type { FastifyInstance } from 'fastify';

/** The hooks that run before the handler of a route, in this order. */
export const hooksBeforeHandler = ['onRequest', 'preParsing', 'preValidation', 'preHandler'] as const;
type HookName = (typeof hooksBeforeHandler)[number];

/**
 * Returns the hooks that an instance has for its routes, with those of the instances around it. They are complete when all plugins are loaded.
 * No public API tells which hooks run for a route.
 *
 * @throws {Error} for an instance without the property in which Fastify keeps them
 */
export function hooksOf(instance: FastifyInstance): Readonly<Record<HookName, readonly unknown[]>> {
  const key = Object.getOwnPropertySymbols(instance).find(
    ({ description }) => description === 'fastify.hooks',
  );
  if (key === undefined)
    throw new Error('@nanook/fastify: the hooks of this version of Fastify cannot be found; use Fastify 5');
  return (instance as unknown as Record<symbol, Record<HookName, readonly unknown[]>>)[key]!;
}

/** Returns the root of an instance: the application itself. */
export function rootOf(instance: FastifyInstance): FastifyInstance {
  const outer = Object.getPrototypeOf(instance) as FastifyInstance;
  return outer === Object.prototype ? instance : rootOf(outer);
}
