/**
 * Returns whether a response to `OPTIONS` needs a header, so that it may have it without a decision.
 *
 * @internal for adapters
 */
export const isOptionsHeader = (name: string): boolean => /^(allow|vary|access-control-[\w-]+)$/i.test(name);
