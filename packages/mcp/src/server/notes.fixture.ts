import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  requireBearerAuth,
  ResourceTemplate,
  type AuthInfo,
  type CallToolResult,
  type CreateMcpHandlerOptions,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import { Authorizer, typed, type AuthorizerOptions } from '@nanook/core';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import * as z from 'zod';
import {
  agentType,
  AuthorizedMcpServer,
  skipAuthorization,
  type AuthorizedMcpServerOptions,
} from '../index.js';

/** The notes of two tenants: users read the notes of their tenant, and owners delete theirs. */
export const policy = `
  actor User {}
  resource Note {
    permissions = ["read", "delete", "create", "list"];
    roles = ["member", "owner"];
    "read" if "member";
    "delete" if "owner";
    "member" if "owner";
  }
  allow(user: User, action, resource) if has_permission(user, action, resource);
  allow(user: User, "create", Note) if user.mayWrite;
  has_role(user: User, "member", note: Note) if note.tenant = user.tenant;
  has_role(user: User, "owner", note: Note) if note.owner = user.id and user.mayWrite;
  allow_field(user: User, "read", note: Note, field) if field != "secret" or note.owner = user.id;
`;

export const delegation = `
  allow(agent: Agent, action, resource) if
    action in agent.scopes and in_force(agent) and allow(agent.onBehalfOf, action, resource);
  in_force(agent: Agent) if agent.until = nil;
  in_force(agent: Agent) if agent.until != nil and Clock.now() < agent.until;
`;

export const types = {
  User: { key: 'id', fields: { id: 'String', tenant: 'String', mayWrite: 'Boolean' } },
  Note: {
    key: 'id',
    fields: { id: 'String', owner: 'String', tenant: 'String', text: 'String', secret: 'String' },
  },
  Agent: agentType,
} as const;

const user = (id: string, tenant: string, mayWrite: boolean) => typed('User', { id, tenant, mayWrite });

export const users = new Map(
  [user('ann', 'a', true), user('bob', 'b', true), user('eve', 'a', false)].map((each) => [each.id, each]),
);

export type Note = ReturnType<typeof noteOf>;
const noteOf = (id: string, owner: string, tenant: string) =>
  typed('Note', { id, owner, tenant, text: `note ${id}`, secret: `secret of ${owner}` });

export const createNotes = () =>
  new Map(
    [noteOf('1', 'ann', 'a'), noteOf('2', 'bob', 'b'), noteOf('3', 'eve', 'a')].map((each) => [
      each.id,
      each,
    ]),
  );

export const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] });

export const loadAuthorizer = (policies = policy, options: Partial<AuthorizerOptions> = {}) =>
  Authorizer.load({
    policies,
    types,
    queries: ['needs_approval'],
    denialWarnings: false,
    onWarning: () => {},
    ...options,
  });

export interface NotesOptions extends Partial<AuthorizedMcpServerOptions> {
  readonly authorizer: Authorizer;
  readonly notes?: Map<string, Note>;
}

/** Finds the user that a token names. */
export const actorOf: AuthorizedMcpServerOptions['actor'] = ({ authInfo }) =>
  users.get(authInfo?.extra?.['sub'] as string);

/** A server with two tools on notes, one for all users, a resource, a template and a prompt. */
export function notesServer({
  authorizer,
  notes = createNotes(),
  ...options
}: NotesOptions): AuthorizedMcpServer {
  const server = new AuthorizedMcpServer(
    { name: 'notes', version: '1.0.0' },
    { authorizer, actor: actorOf, ...options },
  );
  const find = (id: string): Note | undefined => notes.get(id);
  server.registerTool(
    'read-note',
    { inputSchema: z.object({ id: z.string() }), authorize: ['read', 'Note', ({ id }) => find(id)] },
    async (_, { authz, resource }) => text(JSON.stringify(await authz.pick('read', resource))),
  );
  server.registerTool(
    'delete-note',
    { inputSchema: z.object({ id: z.string() }), authorize: ['delete', 'Note', async ({ id }) => find(id)] },
    ({ id }) => {
      notes.delete(id);
      return text(`deleted ${id}`);
    },
  );
  server.registerTool('create-note', { authorize: ['create', 'Note'] }, () => text('created'));
  server.registerTool('status', { authorize: skipAuthorization('shows no data') }, () => text('up'));
  server.registerResource(
    'note',
    new ResourceTemplate('note://{id}', {
      list: () => ({
        resources: [...notes.keys()].map((id) => ({ uri: `note://${id}`, name: `note ${id}` })),
      }),
      complete: { id: () => [...notes.keys()] },
    }),
    { authorize: ['read', 'Note', ({ id }) => find(String(id))] },
    (uri, _, { resource }) => ({ contents: [{ uri: uri.href, text: resource.text }] }),
  );
  server.registerResource('manual', 'manual://writers', { authorize: ['create', 'Note'] }, (uri) => ({
    contents: [{ uri: uri.href, text: 'how to write' }],
  }));
  server.registerPrompt(
    'summarize',
    { argsSchema: z.object({ id: z.string() }), authorize: ['read', 'Note', ({ id }) => find(id)] },
    (_, { resource }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Summarize: ${resource.text}` } }],
    }),
  );
  server.registerPrompt('draft', { authorize: ['create', 'Note'] }, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'Draft a note' } }],
  }));
  return server;
}

export const resourceUrl = 'http://localhost/mcp';

/** Reads a token: `user`, or `agent@user=scope,scope`; further claims may follow as JSON after `#`. */
function infoOf(token: string): AuthInfo {
  const [head = '', claims] = token.split('#');
  const [who = '', scopes = ''] = head.split('=');
  const [client, sub] = who.includes('@') ? who.split('@') : ['app', who];
  return {
    token,
    clientId: client!,
    scopes: scopes === '' ? [] : scopes.split(','),
    expiresAt: Math.floor(Date.now() / 1_000) + 60,
    resource: new URL(resourceUrl),
    extra: { sub, ...(claims === undefined ? {} : (JSON.parse(claims) as object)) },
  };
}

export interface RunningServer {
  readonly url: URL;
  readonly handler: McpHttpHandler;
  readonly connect: (token: string, era?: 'modern' | 'legacy', client?: Client) => Promise<Client>;
}

const running: { server: Server; handler: McpHttpHandler; clients: Client[] }[] = [];

afterAll(async () => {
  for (const { server, handler, clients } of running.splice(0)) {
    // oxlint-disable-next-line no-await-in-loop -- a few servers
    await Promise.all(clients.map((client) => client.close()));
    // oxlint-disable-next-line no-await-in-loop -- a few servers
    await handler.close();
    server.closeAllConnections();
    server.close();
  }
});

/** Serves over real HTTP, behind the check of tokens. */
export async function serve(
  mcp: AuthorizedMcpServer,
  options: CreateMcpHandlerOptions = {},
): Promise<RunningServer> {
  const handler = mcp.createHandler(options);
  const verifier = { verifyAccessToken: async (token: string) => infoOf(decodeURIComponent(token)) };
  const gate = requireBearerAuth({ verifier, expectedResource: new URL(resourceUrl) });
  const node = toNodeHandler({
    fetch: async (request) => {
      if (request.headers.get('authorization') === null) return handler.fetch(request);
      const authInfo = await gate(request);
      return authInfo instanceof Response ? authInfo : handler.fetch(request, { authInfo });
    },
  });
  const server = createServer((req, res) => void node(req as never, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
  const clients: Client[] = [];
  running.push({ server, handler, clients });
  return {
    url,
    handler,
    async connect(token, era = 'modern', client = createClient(era)) {
      const headers = token === '' ? {} : { Authorization: `Bearer ${encodeURIComponent(token)}` };
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
      clients.push(client);
      return client;
    },
  };
}

export const createClient = (era: 'modern' | 'legacy' = 'modern', capabilities = {}) =>
  new Client(
    { name: 'test', version: '1.0.0' },
    { capabilities, versionNegotiation: { mode: era === 'modern' ? 'auto' : 'legacy' } },
  );

export const namesOf = async (client: Client): Promise<readonly string[]> =>
  (await client.listTools()).tools.map(({ name }) => name);

/** Calls a tool, and returns its texts, or the error of the protocol. */
export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<string> {
  try {
    const { content } = await client.callTool({ name, arguments: args });
    return (content as { text: string }[]).map((each) => each.text).join('|');
  } catch (error) {
    return `error: ${(error as Error).message}`;
  }
}
