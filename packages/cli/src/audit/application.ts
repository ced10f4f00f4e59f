export type ApplicationKind = 'express' | 'fastify' | 'hono' | 'koa' | 'nestjs';

/** An application of a framework, as the configuration names it. */
export interface Application {
  readonly kind: ApplicationKind;
  readonly value: unknown;
  /** The folder from which the packages of the application are found. */
  readonly folder: string;
}

/** Returns the framework of an application or a router; undefined for another value. */
export function kindOf(value: unknown): ApplicationKind | undefined {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined;
  const has = (name: string, type: 'function' | 'list'): boolean => {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    return type === 'list' ? Array.isArray(member) : typeof member === 'function';
  };
  if (typeof value === 'function')
    return has('use', 'function') && has('handle', 'function') ? 'express' : undefined;
  if (has('printRoutes', 'function') && has('inject', 'function')) return 'fastify';
  if (has('fetch', 'function') && has('routes', 'list')) return 'hono';
  if (has('middleware', 'list') && has('callback', 'function')) return 'koa';
  if (has('stack', 'list') && has('routes', 'function')) return 'koa';
  return has('get', 'function') && has('resolve', 'function') && has('close', 'function')
    ? 'nestjs'
    : undefined;
}
