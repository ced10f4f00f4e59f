import { Authorizer, type AuthorizerOptions } from '@nanook/core';
import { decisionServer, type DecisionServer, type ServerOptions } from '../index.js';

export const policy = `
allow(_: User, action: Action, record: Record) if
  action.name = "read" and record.status = "active";

allow(user: User, action: Action, record: Record) if
  action.name = "write" and record.status = "active" and not user.role = "admin";

allow(user: User, action: Action, record: Record) if
  action.name = "write" and user.role = "admin" and record.status = "archived";

allow(_: User, action: Action, _: Record) if
  action.name = "delete" and action.soft = true;
`;

export const types = {
  User: { fields: { id: 'String', role: 'String?' } },
  Record: { fields: { id: 'String', status: 'String' } },
  Action: { fields: { name: 'String', soft: 'Boolean?' } },
} as const;

export const users = [
  { id: 'alice', role: null },
  { id: 'bob', role: 'admin' },
];
export const records = [
  { id: 'record-1', status: 'active' },
  { id: 'record-2', status: 'archived' },
];

export const loadFixture = (options: Partial<AuthorizerOptions> = {}): Promise<Authorizer> =>
  Authorizer.load({ policies: policy, types, denialWarnings: false, ...options });

const byId = <Row extends { readonly id: string }>(rows: readonly Row[]) => ({
  find: (id: string) => rows.find((row) => row.id === id),
  all: () => rows,
});

/** Creates a server with the fixture of the certification of AuthZEN. */
export async function certifiedServer(options: Partial<ServerOptions> = {}): Promise<DecisionServer> {
  return decisionServer({
    authorizer: options.authorizer ?? (await loadFixture()),
    baseUrl: 'https://pdp.example.com',
    callers: { anyone: { reason: 'a test', scopes: ['evaluate', 'search', 'metrics'] } },
    entities: {
      user: { type: 'User', given: ['role'], ...byId(users) },
      record: { type: 'Record', given: ['status'], ...byId(records) },
    },
    actions: { type: 'Action', given: ['soft'], names: ['read', 'write', 'delete'] },
    ...options,
  });
}

/** Sends a request to a server, without a network. */
export function post(
  server: DecisionServer,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return server.fetch(
    new Request(`https://internal${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
}

/** Sends a request, and returns the body of its answer. @throws if the status is not 200 */
export async function answerOf(server: DecisionServer, path: string, body: unknown): Promise<unknown> {
  const response = await post(server, path, body);
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}
