import type { ClientResource, PermissionsClient } from '@nanook/client';

/** The requests for which components wait; `undefined` for one that has failed. */
const waiting = new WeakMap<PermissionsClient, Map<string, Promise<void> | undefined>>();

/**
 * Suspends the component until the answers about resources are there. After a failure it does not wait again, so that the component renders
 * without the right. On a server it never waits, because the answers come with the page or after it.
 */
export function suspendUntilKnown(client: PermissionsClient, resources: readonly ClientResource[]): void {
  if (!('document' in globalThis) || resources.every((each) => client.knows(each))) return;
  const requests = waiting.get(client) ?? new Map<string, Promise<void> | undefined>();
  waiting.set(client, requests);
  const names = JSON.stringify(resources);
  if (!requests.has(names))
    requests.set(
      names,
      client.load(resources).then(
        () => void requests.delete(names),
        () => void requests.set(names, undefined),
      ),
    );
  const request = requests.get(names);
  // oxlint-disable-next-line typescript/only-throw-error -- the protocol of React 18 and 19 for suspense
  if (request !== undefined) throw request;
}
