/** What of a request is there on Express and on Fastify. */
export interface PlatformRequest {
  readonly method: string;
  readonly headers: { readonly authorization?: string };
  /** Express */
  readonly route?: { readonly path: string };
  /** Fastify */
  readonly routeOptions?: { readonly url?: string };
}

/**
 * The path of the route as it was written. The policy compares paths, and a client can spell one in several ways that reach the
 * same route: `/Admin` on Express, `/%61dmin` on Fastify.
 */
export const routePath = ({ route, routeOptions }: PlatformRequest): string =>
  routeOptions?.url ?? route?.path ?? '';
