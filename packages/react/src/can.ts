import type { ClientAction, ClientResource } from '@nanook/client';
import { createElement, Fragment, type ReactElement, type ReactNode } from 'react';
import { useCan } from './use-permissions.js';

/** Properties of {@link Can}. */
export interface CanProps<Resource extends ClientResource> {
  readonly action: ClientAction<Resource>;
  /** A row by its type and id, or the name of a type for actions such as *create*. */
  readonly on: Resource;
  /** Rendered while the user may not perform the action, and while that is unknown. Default: nothing. */
  readonly fallback?: ReactNode;
  /** Whether to suspend until the answer is there. Default: `false`. */
  readonly suspense?: boolean;
  readonly children?: ReactNode;
}

/**
 * Renders its children if the user may perform an action. It only hides controls: the server checks each action itself.
 *
 * @throws {Error} without a provider
 * @example
 * <Can action="edit" on={{ type: 'Note', id: note.id }}>
 *   <button>Edit</button>
 * </Can>
 */
export function Can<const Resource extends ClientResource>({
  action,
  on,
  fallback,
  suspense = false,
  children,
}: CanProps<Resource>): ReactElement {
  return createElement(Fragment, undefined, useCan(action, on, { suspense }) ? children : fallback);
}
