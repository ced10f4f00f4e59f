import type { Permissions } from './permissions.js';
import { nameOf, type ClientAction, type ClientResource } from './resource.js';

/** Options for `permissionsClient()`. */
export interface PermissionsClientOptions {
  /** The address of the handler on the server. Default: `'/permissions'`. */
  readonly url?: string;
  /** Returns the headers of each request, such as `Authorization`; may be async. Default: none, for sessions with cookies. */
  readonly headers?: () => PermissionsHeaders | undefined | Promise<PermissionsHeaders | undefined>;
  /** Sends requests. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Answers that the server has rendered into the page. */
  readonly answers?: Permissions | undefined;
  /** The milliseconds after which a resource is asked about again when a component first shows it. Default: 30 000. */
  readonly freshMs?: number;
  /** The maximum number of resources in one request, as on the server. Default: 100. */
  readonly maxResources?: number;
}

/** The headers of a request: those that `fetch` takes. */
export type PermissionsHeaders = NonNullable<RequestInit['headers']>;

/** The answers for the user of a page. */
export interface PermissionsClient {
  /** Returns whether the user may perform the action. It is `false` while the answer is unknown. */
  can<const Resource extends ClientResource>(action: ClientAction<Resource>, on: Resource): boolean;
  /** Returns whether the answer about a resource is known. */
  knows(resource: ClientResource): boolean;
  /** Asks the server about resources, and waits for the answers. @throws the error of the request; the reason of the signal */
  load(resources: readonly ClientResource[], options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Asks about resources that are unknown or old, and asks again in each refresh. @returns a function that ends this */
  watch(resources: readonly ClientResource[]): () => void;
  /** Asks again about all watched resources, and forgets the others. The old answers stay until the new ones are there. */
  refresh(): void;
  /** Forgets all answers at once, ends running requests, and asks again about the watched resources. Call it when the user changes. */
  reset(): void;
  /**
   * Adds answers that the server has rendered, to resources without an answer. Answers with another key end all answers, as those of a
   * request do.
   *
   * @param options `isQuiet` calls no listener, and ignores answers with another key; for code that is rendering
   */
  receive(answers: Permissions, options?: { readonly isQuiet?: boolean }): void;
  /** Calls a listener after each change. @returns a function that removes it */
  subscribe(this: void, listener: () => void): () => void;
  /** Returns a value that is another one after each change. */
  snapshot(this: void): unknown;
  /** The error of the last request; `undefined` after a successful one. */
  readonly error: unknown;
  /** Sends a request to the application as `fetch` does, and refreshes the answers if it is refused with 401, 403 or 404. */
  fetch(this: void, ...args: Parameters<typeof globalThis.fetch>): Promise<Response>;
}

/** A request that is running. A request that is not in the set any more is ignored. */
interface Running {
  readonly names: readonly string[];
  readonly controller: AbortController;
}

/**
 * Creates a client that knows which actions the user of a page may perform. It asks the handler of `permissionsHandler`, or of `permissions` of an
 * adapter, once for all resources of a tick. An action is allowed only if the server has said so for the current user and policy.
 *
 * @example
 * const permissions = permissionsClient({ url: '/permissions' });
 * await permissions.load([{ type: 'Note', id: 1 }]);
 * button.hidden = !permissions.can('edit', { type: 'Note', id: 1 });
 */
export function permissionsClient({
  url = '/permissions',
  headers,
  fetch: send = (...args) => globalThis.fetch(...args),
  answers: rendered,
  freshMs = 30_000,
  maxResources = 100,
}: PermissionsClientOptions = {}): PermissionsClient {
  let key: string | undefined;
  let answers = new Map<string, { readonly actions: readonly string[]; readonly at: number }>();
  let error: unknown;
  /** The number of watchers of each resource. */
  const watched = new Map<string, number>();
  /** The resources for the next request. */
  const needed = new Set<string>();
  /** The last request of each resource. Only its answer counts. */
  const asked = new Map<string, Running>();
  const running = new Set<Running>();
  const listeners = new Set<() => void>();
  /** The number of changes of the key since all requests had ended. */
  let restarts = 0;
  let isScheduled = false;

  let state = {};

  const changed = (): void => {
    state = {};
    // A listener can remove itself and come back.
    const told = [...listeners];
    for (const listener of told) listener();
  };

  /** Asks about resources in one request at the end of the tick, or later. */
  const need = (names: Iterable<string>, delayMs = 0): void => {
    for (const name of names) needed.add(name);
    if (delayMs > 0) setTimeout(flush, delayMs);
    else if (!isScheduled && needed.size > 0) {
      isScheduled = true;
      queueMicrotask(flush);
    }
  };

  const flush = (): void => {
    isScheduled = false;
    const names = [...needed].filter((name) => watched.has(name));
    needed.clear();
    for (let i = 0; i < names.length; i += maxResources) void ask(names.slice(i, i + maxResources));
  };

  const ask = async (names: readonly string[]): Promise<void> => {
    const request: Running = { names, controller: new AbortController() };
    running.add(request);
    for (const name of names) asked.set(name, request);
    let isKept = true;
    let failure: unknown;
    try {
      const response = await send(url, {
        method: 'POST',
        headers: {
          ...Object.fromEntries(new Headers(await headers?.())),
          'content-type': 'application/json',
        },
        body: JSON.stringify({
          resources: names.map((name) => {
            const [type, id] = name.split('\0');
            return { type, id };
          }),
        }),
        signal: request.controller.signal,
      });
      // Only an outage keeps the old answers. Everything else, such as a page to sign in, ends them.
      isKept = response.status >= 500 || response.status === 429;
      if (!response.ok) throw new Error(`${url} answered with ${response.status}`);
      const body = (await response.json()) as Permissions;
      if (running.has(request)) accept(body, request);
    } catch (reason) {
      failure = reason;
    }
    if (!running.delete(request)) return;
    error = failure;
    if (failure !== undefined && !isKept) forget();
    for (const name of names) if (asked.get(name) === request) asked.delete(name);
    if (running.size === 0) restarts = 0;
    changed();
  };

  const forget = (): void => {
    for (const { controller } of running) controller.abort();
    running.clear();
    asked.clear();
    answers = new Map();
    key = undefined;
  };

  /** Forgets the answers for another user or policy, and those that are on their way, because their order is not known. */
  const restart = (): void => {
    forget();
    // Two versions of a server that answer in turn must not be asked without a pause.
    need(watched.keys(), restarts > 0 ? 250 * 2 ** Math.min(restarts, 4) : 0);
    restarts++;
    changed();
  };

  const accept = (given: Permissions, request?: Running): void => {
    if (typeof given.key !== 'string') throw new TypeError(`${url} did not answer with permissions`);
    if (key !== undefined && given.key !== key) return restart();
    key = given.key;
    answers = new Map(answers);
    for (const each of given.answers) {
      const name = nameOf(each);
      if (request === undefined ? !answers.has(name) : asked.get(name) === request)
        answers.set(name, { actions: each.actions, at: Date.now() });
    }
  };

  const abortUnwatched = (): void => {
    for (const request of running)
      if (!request.names.some((name) => watched.has(name))) {
        running.delete(request);
        request.controller.abort();
        for (const name of request.names) if (asked.get(name) === request) asked.delete(name);
      }
  };

  const watch = (names: readonly string[]): (() => void) => {
    for (const name of names) watched.set(name, (watched.get(name) ?? 0) + 1);
    return () => {
      for (const name of names) {
        const count = watched.get(name)! - 1;
        if (count > 0) watched.set(name, count);
        else watched.delete(name);
      }
      // At the end of the tick, because another component can need the same resources now.
      queueMicrotask(abortUnwatched);
    };
  };

  const client: PermissionsClient = {
    can: (action, on) => {
      const actions = answers.get(nameOf(on))?.actions;
      return actions !== undefined && (actions.includes(action) || actions.includes('*'));
    },
    knows: (resource) => answers.has(nameOf(resource)),
    load: (resources, { signal } = {}) =>
      new Promise((resolve, reject) => {
        const names = resources.map(nameOf);
        const unwatch = watch(names);
        need(names);
        const end = (): void => {
          unwatch();
          unsubscribe();
          signal?.removeEventListener('abort', abort);
        };
        const abort = (): void => {
          end();
          reject(signal!.reason as Error);
        };
        const unsubscribe = client.subscribe(() => {
          if (names.some((name) => needed.has(name) || asked.has(name))) return;
          end();
          if (error === undefined && names.every((name) => answers.has(name))) resolve();
          else reject((error ?? new Error(`${url} did not answer`)) as Error);
        });
        if (signal?.aborted === true) abort();
        else signal?.addEventListener('abort', abort);
      }),
    watch: (resources) => {
      const names = resources.map(nameOf);
      const end = watch(names);
      const now = Date.now();
      need(names.filter((name) => !asked.has(name) && now - (answers.get(name)?.at ?? -Infinity) > freshMs));
      return end;
    },
    refresh: () => {
      answers = new Map([...answers].filter(([name]) => watched.has(name)));
      need(watched.keys());
    },
    reset: () => {
      restarts = 0;
      restart();
      restarts = 0;
    },
    receive: (given, { isQuiet = false } = {}) => {
      if (isQuiet && key !== undefined && given.key !== key) return;
      accept(given);
      if (!isQuiet) changed();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => state,
    get error() {
      return error;
    },
    fetch: async (...args) => {
      const response = await send(...args);
      if ([401, 403, 404].includes(response.status)) client.refresh();
      return response;
    },
  };
  if (rendered !== undefined) accept(rendered);
  return client;
}
