/** The header of a caller whose facts must count. A server that takes no facts then refuses them, instead of reading the context without them. */
export const factsHeader = 'X-Nanook-Facts';
