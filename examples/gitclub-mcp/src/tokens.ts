import type { OAuthTokenVerifier } from '@modelcontextprotocol/server';

/** The URL of this server, for which its tokens are issued. */
export const resource = 'https://mcp.gitclub.test/mcp';

/**
 * Reads a token: `assistant@bob club:read club:write` is Bob's assistant with two scopes. A placeholder: a real application verifies the signature
 * of a token here.
 */
export const verifier: OAuthTokenVerifier = {
  verifyAccessToken: async (token) => {
    const [who = '', ...scopes] = decodeURIComponent(token).split(' ');
    const [clientId = '', sub] = who.split('@');
    const expiresAt = Math.floor(Date.now() / 1_000) + 600;
    return { token, clientId, scopes, expiresAt, resource: new URL(resource), extra: { sub } };
  },
};

/** Writes a token as a header can contain it. */
export const tokenOf = (who: string): string => encodeURIComponent(who);
