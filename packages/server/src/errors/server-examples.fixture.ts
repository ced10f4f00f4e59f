import type { NanookServerErrorCode } from './nanook-server-error.js';

/**
 * An example that causes a code, and the corrected one. Both run with an `authorizer`, the rows `users`, the address `url` of a decision
 * server with the `key` of a caller, and the address `siteUrl` of a web site.
 */
export interface ServerExample {
  readonly wrong: string;
  readonly fix: string;
}

const serverWith = (callers: string): string => `import { decisionServer } from '@nanook/server';

const server = decisionServer({
  authorizer,
  baseUrl: 'https://pdp.example.com',
  callers: ${callers},
  entities: { user: { type: 'User', find: (id) => users.get(id) } },
});`;

const clientWith = (options: string): string => `import { RemoteAuthorizer } from '@nanook/server/client';

const remote = new RemoteAuthorizer({ ${options} });
await remote.can({ type: 'user', id: 'ann' }, 'read', { type: 'user', id: 'ben' });`;

export const serverExamples: { readonly [C in NanookServerErrorCode]: ServerExample } = {
  NANOOK_SERVER_INVALID_OPTION: {
    wrong: serverWith('{}'),
    fix: serverWith("{ anyone: { reason: 'only this machine reaches the port' } }"),
  },
  NANOOK_SERVER_UNREACHABLE: {
    wrong: clientWith("url: 'http://localhost:1', key, timeoutMs: 200"),
    fix: clientWith('url, key'),
  },
  NANOOK_SERVER_REFUSED: {
    wrong: clientWith("url, key: 'an old key'"),
    fix: clientWith('url, key'),
  },
  NANOOK_SERVER_INVALID_ANSWER: {
    wrong: clientWith('url: siteUrl, key'),
    fix: clientWith('url, key'),
  },
};
