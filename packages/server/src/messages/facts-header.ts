/**
 * The header of a caller whose facts must count. A server that takes no facts then refuses them, instead of reading the context without them. The
 * answer has the header, too, so that a caller notices a server that does not know it, or a proxy that removes it.
 */
export const factsHeader = 'X-Nanook-Facts';

/** The header of an answer to a request with the header. */
export const factsConfirmation: Readonly<Record<string, string>> = {
  [factsHeader.toLowerCase()]: 'required',
};
