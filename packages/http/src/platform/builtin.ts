/**
 * The `process` of Node, Deno and Bun; `undefined` in browsers and in workers without compatibility with Node. The main entry of this package
 * imports no module of Node, so that it runs everywhere; it finds those that only improve messages here.
 */
export const runtime = (globalThis as { readonly process?: NodeJS.Process }).process;

/** Returns a module of Node, where the runtime has it. */
export const builtin = ((id: string) => runtime?.getBuiltinModule?.(id)) as {
  (id: 'node:async_hooks'): typeof import('node:async_hooks') | undefined;
  (id: 'node:inspector'): typeof import('node:inspector') | undefined;
  (id: 'node:module'): typeof import('node:module') | undefined;
  (id: 'node:url'): typeof import('node:url') | undefined;
};

/** Returns the environment of the application, `NODE_ENV`; `undefined` where it is not set, or where there are no variables. */
export const environment = (): string | undefined => runtime?.env?.['NODE_ENV'];

/** Returns a file URL as a path, and another location unchanged. */
export const pathOf = (url: string): string =>
  url.startsWith('file:') ? (builtin('node:url')?.fileURLToPath(url) ?? url) : url;

/** Calls a function after the promises that are due now, in a later turn of the event loop. */
export const inLaterTurn = (code: () => void): void => {
  if (typeof setImmediate === 'function') setImmediate(code);
  else setTimeout(code, 0);
};
