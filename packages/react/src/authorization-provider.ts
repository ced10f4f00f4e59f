import {
  permissionsClient,
  type Permissions,
  type PermissionsClient,
  type PermissionsClientOptions,
} from '@nanook/client';
import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useMemo,
  useState,
  type FunctionComponent,
  type ReactNode,
} from 'react';
import { onReturn } from './on-return.js';

/** The client of a tree, and the answers with which the server has rendered it. */
interface ProvidedClient {
  readonly client: PermissionsClient;
  /** A client that never changes, for the first render in a browser, which must be the same as on the server. */
  readonly rendered: PermissionsClient;
  /** Returns the rendered answers, or nothing if they were for another actor. */
  readonly admit: (answers: Permissions | undefined) => Permissions | undefined;
}

const Provided = createContext<ProvidedClient | undefined>(undefined);

/** Properties of {@link AuthorizationProvider}. */
export interface AuthorizationProviderProps extends PermissionsClientOptions {
  /**
   * A value that changes with the user, such as the id in the session, or `null` without a session. All answers are forgotten when
   * it changes, also the `answers` of the page.
   */
  readonly actor: string | number | null | undefined;
  /** A client of the application, which calls its `reset()` itself when the user changes. Default: a client with the other properties. */
  readonly client?: PermissionsClient;
  /** Whether to ask again when the user returns to the page. Default: `true`. */
  readonly refreshOnReturn?: boolean;
  readonly children?: ReactNode;
}

/**
 * Lets the components below it know what the user may do. It asks the handler at `url`, which `permissionsHandler` or `permissions` of an
 * adapter creates.
 *
 * @example
 * <AuthorizationProvider url="/permissions" actor={user?.id ?? null}>
 *   <App />
 * </AuthorizationProvider>
 */
export const AuthorizationProvider: FunctionComponent<AuthorizationProviderProps> = ({
  actor,
  client: given,
  refreshOnReturn = true,
  children,
  ...options
}) => {
  // The page can still have the answers for the actor before.
  const [actorOf] = useState(() => new Map<string, unknown>());
  // A new client for each actor: its first render already has no answer for the old one.
  const provided = useMemo(() => {
    const admit = (rendered: Permissions | undefined): Permissions | undefined => {
      if (rendered === undefined) return undefined;
      if (!actorOf.has(rendered.key)) actorOf.set(rendered.key, actor);
      return actorOf.get(rendered.key) === actor ? rendered : undefined;
    };
    const answers = admit(options.answers);
    return {
      client: given ?? permissionsClient({ ...options, answers }),
      rendered: permissionsClient({ answers }),
      admit,
    };
    // oxlint-disable-next-line react/exhaustive-deps -- other options are those of the first render
  }, [given, actor]);
  const { client } = provided;
  useEffect(() => (refreshOnReturn ? onReturn(client) : undefined), [client, refreshOnReturn]);
  return createElement(Provided.Provider, { value: provided }, children);
};

/** Properties of {@link PrefetchedPermissions}. */
export interface PrefetchedPermissionsProps {
  /** The result of `permissionsOf`, or of `authz.permissions`. */
  readonly answers: Permissions;
  readonly children?: ReactNode;
}

/**
 * Gives answers that a server component has found to the components below it, so that they render without a request.
 *
 * @example
 * <PrefetchedPermissions answers={await permissionsOf(authorizer, user, notes)}>
 *   <NoteList notes={notes} />
 * </PrefetchedPermissions>
 */
export const PrefetchedPermissions: FunctionComponent<PrefetchedPermissionsProps> = ({
  answers,
  children,
}) => {
  const above = useProvided('PrefetchedPermissions');
  const { client } = above;
  const { provided, admitted } = useMemo(() => {
    const admitted = above.admit(answers);
    if (admitted === undefined) return { provided: above, admitted };
    // Nothing has rendered these answers yet, so that no component must hear of them.
    client.receive(admitted, { isQuiet: true });
    const { rendered } = above;
    const own = permissionsClient({ answers: admitted });
    const both: PermissionsClient = {
      ...rendered,
      can: (action, on) => (own.knows(on) ? own : rendered).can(action, on),
      knows: (on) => own.knows(on) || rendered.knows(on),
    };
    return { provided: { ...above, rendered: both }, admitted };
  }, [above, client, answers]);
  // If the answers have another key, the client asks again after the render.
  useEffect(() => {
    if (admitted !== undefined) client.receive(admitted);
  }, [client, admitted]);
  return createElement(Provided.Provider, { value: provided }, children);
};

/** Returns the client of the provider above. @throws {Error} without a provider */
export function useProvided(caller: string): ProvidedClient {
  const provided = useContext(Provided);
  if (provided === undefined)
    throw new Error(
      `${caller} needs an <AuthorizationProvider> above it, and found none; add one around the application`,
    );
  return provided;
}

/**
 * Returns the client of the provider above: for its `refresh()`, its `fetch()`, and other libraries.
 *
 * @throws {Error} without a provider
 * @example
 * const { fetch } = usePermissionsClient(); // refreshes the answers when an action is refused
 */
export const usePermissionsClient = (): PermissionsClient => useProvided('usePermissionsClient()').client;
