import { ResourceTemplate, type CallToolResult } from '@modelcontextprotocol/server';
import type { Authorizer } from '@nanook/core';
import {
  closeIssue,
  createIssue,
  deleteRepository,
  findIssue,
  findProfile,
  findRepository,
  findUser,
  type Database,
  type User,
} from '@nanook/example-gitclub';
import { AuthorizedMcpServer, delegatedActor, skipAuthorization, type Agent } from '@nanook/mcp';
import * as z from 'zod';
import { resource as url } from './tokens.ts';

const byId = z.object({ id: z.string() });
const byNumber = z.object({ id: z.number().int() });
const json = (value: unknown): CallToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
});

/** The services that the server uses. */
export interface Club {
  readonly db: Database;
  readonly authorizer: Authorizer;
  readonly onError?: (error: Error) => void;
}

export function createServer({ db, authorizer, onError }: Club): AuthorizedMcpServer {
  const server = new AuthorizedMcpServer(
    { name: 'gitclub', version: '1.0.0' },
    {
      authorizer,
      actor: delegatedActor({
        resource: url,
        user: async (id) => {
          const user = await findUser(db, id);
          return user?.suspendedAt === null ? user : undefined;
        },
      }),
      stepUp: ['club:read', 'club:write', 'club:admin'],
      approvals: { key: process.env['APPROVAL_KEY'] ?? 'only for the demo: a secret of 32 bytes' },
      ...(onError && { onError }),
    },
  );
  const repository = ({ id }: { id: string }) => findRepository(db, id);

  server.registerTool('status', { authorize: skipAuthorization('shows no data') }, () =>
    json({ status: 'up' }),
  );
  server.registerTool('list-repositories', { authorize: ['list', 'Repository'] }, async ({ authz }) => {
    const { rows } = await authz.list('read', 'Repository', { take: 20, orderBy: { id: 'asc' } });
    return json(rows);
  });
  server.registerTool(
    'list-issues',
    { inputSchema: byId, authorize: ['list_issues', 'Repository', repository] },
    async ({ id: repositoryId }, { authz }) => {
      const { rows } = await authz.list('read', 'Issue', { where: { repositoryId }, take: 20 });
      return json(rows);
    },
  );
  server.registerTool(
    'create-issue',
    {
      inputSchema: z.object({ id: z.string(), title: z.string().min(1) }),
      authorize: ['create_issue', 'Repository', repository],
    },
    async ({ id, title }, { authz }) => {
      const { onBehalfOf } = (await authz.actor()) as Agent<User>;
      return json(await createIssue(db, id, (onBehalfOf as User).id, title));
    },
  );
  server.registerTool(
    'close-issue',
    { inputSchema: byNumber, authorize: ['close', 'Issue', ({ id }) => findIssue(db, id)] },
    async ({ id }) => json(await closeIssue(db, id)),
  );
  server.registerTool(
    'delete-repository',
    { inputSchema: byId, authorize: ['delete', 'Repository', repository] },
    async ({ id }) => {
      await deleteRepository(db, id);
      return json({ deleted: id });
    },
  );
  server.registerTool(
    'read-profile',
    { inputSchema: byId, authorize: ['read', 'Profile', ({ id }) => findProfile(db, id)] },
    async (_, { authz, resource }) => json(await authz.pick('read', resource)),
  );
  server.registerResource(
    'repository',
    new ResourceTemplate('gitclub://repositories/{id}', { list: undefined }),
    {
      mimeType: 'application/json',
      authorize: ['read', 'Repository', ({ id }) => findRepository(db, String(id))],
      list: async ({ authz }) => {
        const { rows } = await authz.list<{ id: string; name: string }>('read', 'Repository');
        return { resources: rows.map(({ id, name }) => ({ uri: `gitclub://repositories/${id}`, name })) };
      },
    },
    (uri, _, { resource: { id, name } }) => ({
      contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify({ id, name }) }],
    }),
  );
  server.registerPrompt(
    'triage',
    { argsSchema: byId, authorize: ['list_issues', 'Repository', repository] },
    (_, { resource: { name } }) => ({
      messages: [{ role: 'user', content: { type: 'text', text: `Sort the open issues of ${name}.` } }],
    }),
  );
  return server;
}
