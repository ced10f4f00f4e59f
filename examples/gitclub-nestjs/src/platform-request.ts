/** The properties of a request that Express and Fastify share. */
export interface PlatformRequest {
  readonly method: string;
  readonly headers: { readonly authorization?: string };
  /** Express */
  readonly route?: { readonly path: string };
  /** Fastify */
  readonly routeOptions?: { readonly url?: string };
}

/**
 * The path of the route as the controller declares it. The policy compares paths, and a client can write one in several ways that reach the
 * same route: `/Admin` on Express, `/%61dmin` on Fastify.
 */
export const routePath = ({ route, routeOptions }: PlatformRequest): string =>
  routeOptions?.url ?? route?.path ?? '';
