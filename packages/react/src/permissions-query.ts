import type { ClientResource, PermissionsClient } from '@nanook/client';

/** The options of a query of TanStack Query. */
export interface PermissionsQuery {
  readonly queryKey: readonly unknown[];
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<true>;
}

/**
 * Returns a query for TanStack Query, which then decides when to ask: after an invalidation, in an interval, or again after a failure. The
 * answers stay in the client, so the cache of TanStack Query contains none that a later user could see, also if it is stored on the disk.
 *
 * @example
 * useQuery(permissionsQuery(usePermissionsClient(), notes));
 * await queryClient.invalidateQueries({ queryKey: ['permissions'] });
 */
export const permissionsQuery = (
  client: PermissionsClient,
  resources: readonly ClientResource[],
): PermissionsQuery => ({
  queryKey: ['permissions', resources],
  queryFn: async ({ signal }) => {
    await client.load(resources, { signal });
    return true;
  },
});
