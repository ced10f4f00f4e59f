// Bundlers replace this expression. Without `process`, it is not production.
declare const process: { readonly env: { readonly NODE_ENV?: string } } | undefined;

/** Returns whether `NODE_ENV` is `production`. */
export const isProduction = (): boolean =>
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- not every platform has it
  typeof process !== 'undefined' && process.env?.NODE_ENV === 'production';
