import type { ClientAction, ClientResource, PermissionsClient } from '@nanook/client';
import { useEffect, useSyncExternalStore } from 'react';
import { useProvided } from './authorization-provider.js';
import { suspendUntilKnown } from './suspend.js';

/** Options of the hooks. */
export interface PermissionsHookOptions {
  /** `true`: the component suspends in a browser until the answer is there, for `<Suspense>`. Default: it renders, and the answer is no. */
  readonly suspense?: boolean;
}

/**
 * Returns whether the user may perform an action. It is `false` until the server has said so, so that no control appears that the user may
 * not use.
 *
 * @param on a row by its type and id, or the name of a type for actions such as *create*
 * @throws {Error} without a provider
 * @example
 * const mayEdit = useCan('edit', { type: 'Note', id: note.id });
 */
export function useCan<const Resource extends ClientResource>(
  action: ClientAction<Resource>,
  on: Resource,
  { suspense = false }: PermissionsHookOptions = {},
): boolean {
  const { client, rendered } = useProvided('useCan()');
  useWatch(client, [on]);
  const can = useSyncExternalStore(
    client.subscribe,
    () => client.can(action, on),
    () => rendered.can(action, on),
  );
  if (suspense) suspendUntilKnown(client, [on]);
  return can;
}

/** The answers about some resources. */
export interface KnownPermissions {
  /** Returns whether the user may perform the action. It is `false` while the answer is unknown. */
  readonly can: <const Resource extends ClientResource>(
    action: ClientAction<Resource>,
    on: Resource,
  ) => boolean;
  /** Whether an answer is still unknown, and no request has failed. */
  readonly isPending: boolean;
  /** The error of the last request. */
  readonly error: unknown;
  /** Asks again about everything that the page shows. */
  readonly refresh: () => void;
}

/**
 * Returns the answers about several resources, such as the rows of a list. All resources of all components of a render are one request.
 *
 * @throws {Error} without a provider
 * @example
 * const { can } = usePermissions(notes.map(({ id }) => ({ type: 'Note', id })));
 */
export function usePermissions(
  resources: readonly ClientResource[],
  { suspense = false }: PermissionsHookOptions = {},
): KnownPermissions {
  const { client, rendered } = useProvided('usePermissions()');
  useWatch(client, resources);
  const answers = useSyncExternalStore(client.subscribe, client.snapshot, rendered.snapshot);
  if (suspense) suspendUntilKnown(client, resources);
  const shown = answers === client.snapshot() ? client : rendered;
  return {
    can: (action, on) => shown.can(action, on),
    isPending: shown.error === undefined && !resources.every((each) => shown.knows(each)),
    error: shown.error,
    refresh: () => client.refresh(),
  };
}

/** Asks about resources while the component is mounted. */
function useWatch(client: PermissionsClient, resources: readonly ClientResource[]): void {
  const names = JSON.stringify(resources);
  // oxlint-disable-next-line react/exhaustive-deps -- the names say which resources they are
  useEffect(() => client.watch(resources), [client, names]);
}
