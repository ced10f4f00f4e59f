import type { NanookServerErrorCode } from './nanook-server-error.js';

/** An example that causes a code, and the corrected one. Both run with an `authorizer` and the rows `users`. */
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

export const serverExamples: { readonly [C in NanookServerErrorCode]: ServerExample } = {
  NANOOK_SERVER_INVALID_OPTION: {
    wrong: serverWith('{}'),
    fix: serverWith("{ anyone: { reason: 'only this machine reaches the port' } }"),
  },
};
