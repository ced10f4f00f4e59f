import type { Server } from 'node:http';

/** The applications of one framework that are compared. */
export const webVariants = ['none', 'hand', 'skipped', 'nanook'] as const;
export type WebVariant = (typeof webVariants)[number];

/** One application for each variant. */
export interface WebFramework {
  /** Each function starts an application on a free port of 127.0.0.1. */
  readonly apps: Readonly<Record<WebVariant, () => Promise<Server>>>;
}

export const webFrameworkIds = ['express', 'koa', 'fastify', 'hono', 'nest-fastify'] as const;
export type WebFrameworkId = (typeof webFrameworkIds)[number];

/** Imports the applications of a framework. A server process imports only its own framework. */
export async function webFramework(id: WebFrameworkId): Promise<WebFramework> {
  switch (id) {
    case 'express':
      return (await import('./apps/express.ts')).expressApps;
    case 'koa':
      return (await import('./apps/koa.ts')).koaApps;
    case 'fastify':
      return (await import('./apps/fastify.ts')).fastifyApps;
    case 'hono':
      return (await import('./apps/hono.ts')).honoApps;
    case 'nest-fastify':
      return (await import('./apps/nest-fastify.ts')).nestFastifyApps;
  }
}
