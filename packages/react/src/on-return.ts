import type { PermissionsClient } from '@nanook/client';

/** The part of a browser's page that this file uses, because a page is not in the types of Node. */
interface Page {
  readonly visibilityState?: string;
  addEventListener?(type: string, listener: (event: { readonly persisted?: boolean }) => void): void;
  removeEventListener?(type: string, listener: (event: { readonly persisted?: boolean }) => void): void;
}

/**
 * Asks again when the user returns to the page: another tab can have changed the roles or the user. A page that the browser has kept and
 * shows again forgets all answers first.
 *
 * @returns a function that ends this
 */
export function onReturn(client: PermissionsClient): () => void {
  const page = globalThis as unknown as Page;
  const { document } = globalThis as unknown as { readonly document?: Page };
  const onVisible = (): void => {
    if (document?.visibilityState === 'visible') client.refresh();
  };
  const onShow = ({ persisted }: { readonly persisted?: boolean }): void => {
    if (persisted === true) client.reset();
  };
  document?.addEventListener?.('visibilitychange', onVisible);
  page.addEventListener?.('pageshow', onShow);
  return () => {
    document?.removeEventListener?.('visibilitychange', onVisible);
    page.removeEventListener?.('pageshow', onShow);
  };
}
