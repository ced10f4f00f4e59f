import type { NanookMcpErrorCode } from './nanook-mcp-error.js';

/**
 * An example that causes a code, and the corrected one. Both run with an `authorizer`, an `actor` that finds a user, an `info` for servers, the
 * `notes`, and `connect(server)`, which returns a client.
 */
export interface McpExample {
  readonly wrong: string;
  readonly fix: string;
}

const create = `const server = new AuthorizedMcpServer(info, { authorizer, actor });`;
const result = `{ content: [{ type: 'text', text: 'done' }] }`;
const tool = (authorize: string, handler = `() => (${result})`): string =>
  `${create}
server.registerTool('read-note', { authorize: ${authorize} }, ${handler});`;
const used = `
const client = await connect(server);
await client.callTool({ name: 'read-note', arguments: {} });`;
const template = (uri: string): string => `import { ResourceTemplate } from '@modelcontextprotocol/server';

${create}
const list = () => ({ resources: [{ uri: '${uri}', name: 'Note 1' }] });
server.registerResource(
  'note',
  new ResourceTemplate('note://{id}', { list }),
  { authorize: ['read', 'Note', ({ id }) => notes.get(id)] },
  (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] }),
);
const client = await connect(server);
await client.listResources();`;
const token = (resource: string): string => `const agent = delegatedActor({
  resource: 'https://mcp.example.com',
  user: (subject) => ({ id: subject }),
});
const authInfo = {
  token: 'eyJ…',
  clientId: 'assistant',
  scopes: ['read'],
  expiresAt: 4_102_444_800,
  resource: new URL('${resource}'),
  extra: { sub: 'ann' },
};
await agent({ era: 'modern', authInfo });`;
const approving = (actor: string): string => `const policies = \`
  allow(_, "delete", _: Note);
  needs_approval(_, "delete", _: Note);
\`;
const approved = await Authorizer.load({ policies, types: { Note: { fields: {} } }, queries: ['needs_approval'] });
const approvals = { key: 'a secret of at least 32 bytes, from the environment' };
const server = new AuthorizedMcpServer(info, { authorizer: approved, actor: () => (${actor}), approvals });
server.registerTool('read-note', { authorize: ['delete', 'Note', () => notes.get('1')] }, () => (${result}));
${used.trim()}`;

export const mcpExamples: { readonly [C in NanookMcpErrorCode]: McpExample } = {
  NANOOK_MCP_INVALID_OPTION: {
    wrong: `new AuthorizedMcpServer(info, { authorizer, actors: () => undefined });`,
    fix: `new AuthorizedMcpServer(info, { authorizer, actor: () => undefined });`,
  },
  NANOOK_MCP_NO_REQUIREMENT: {
    wrong: `${create}
server.registerTool('read-note', { description: 'Reads a note' }, () => (${result}));`,
    fix: tool(`['read', 'Note', () => notes.get('1')]`),
  },
  NANOOK_MCP_NO_REASON: {
    wrong: tool(`skipAuthorization('')`),
    fix: tool(`skipAuthorization('shows no data')`),
  },
  NANOOK_MCP_UNGRANTABLE: {
    wrong: tool(`['raed', 'Note', () => notes.get('1')]`),
    fix: tool(`['read', 'Note', () => notes.get('1')]`),
  },
  NANOOK_MCP_SHARED_CACHE: {
    wrong: tool(`['read', 'Note', () => notes.get('1')]`).replace(
      'authorizer, actor',
      `authorizer, actor, server: { cacheHints: { 'tools/list': { cacheScope: 'public' } } }`,
    ),
    fix: tool(`['read', 'Note', () => notes.get('1')]`).replace(
      'authorizer, actor',
      `authorizer, actor, server: { cacheHints: { 'tools/list': { ttlMs: 5_000 } } }`,
    ),
  },
  NANOOK_MCP_SUBSCRIPTIONS: {
    wrong: `const capabilities = { resources: { subscribe: true } };
const server = new AuthorizedMcpServer(info, { authorizer, actor, server: { capabilities } });
const read = (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] });
server.registerResource('note', 'note://1', { authorize: ['read', 'Note', () => notes.get('1')] }, read);`,
    fix: `${create}
const read = (uri) => ({ contents: [{ uri: uri.href, text: 'a note' }] });
server.registerResource('note', 'note://1', { authorize: ['read', 'Note', () => notes.get('1')] }, read);`,
  },
  NANOOK_MCP_UNLISTABLE: {
    wrong: `const policies = 'allow(user: User, "read", note: Note) if Rights.has(user, note);';
const constants = { Rights: { has: () => true } };
const other = await Authorizer.load({ policies, types: { User: {}, Note: { fields: {} } }, constants });
const server = new AuthorizedMcpServer(info, { authorizer: other, actor });
server.registerTool('read-note', { authorize: ['read', 'Note', () => notes.get('1')] }, () => (${result}));
await connect(server);`,
    fix: `const policies = 'allow(user: User, "read", note: Note) if Rights.has(user, note);';
const constants = { Rights: { has: () => true } };
const other = await Authorizer.load({ policies, types: { User: {}, Note: { fields: {} } }, constants });
const server = new AuthorizedMcpServer(info, { authorizer: other, actor });
const authorize = ['read', 'Note', () => notes.get('1')];
server.registerTool('read-note', { authorize, listed: () => true }, () => (${result}));
await connect(server);`,
  },
  NANOOK_MCP_INVALID_RESULT: {
    wrong: tool(`skipAuthorization('shows no data')`, `() => 'done'`) + used,
    fix: tool(`skipAuthorization('shows no data')`) + used,
  },
  NANOOK_MCP_IGNORED_REFUSAL: {
    wrong:
      tool(
        `skipAuthorization('checks itself')`,
        `async ({ authz }) => {
  await authz.authorize('read', notes.get('2')).catch(() => {});
  return ${result};
}`,
      ) + used,
    fix:
      tool(
        `skipAuthorization('checks itself')`,
        `async ({ authz }) => {
  const mayRead = await authz.can('read', notes.get('2'));
  return { content: [{ type: 'text', text: mayRead ? 'done' : 'nothing to do' }] };
}`,
      ) + used,
  },
  NANOOK_MCP_UNLISTED_URI: { wrong: template('notes/1'), fix: template('note://1') },
  NANOOK_MCP_TOKEN: { wrong: token('https://other.example.com'), fix: token('https://mcp.example.com') },
  NANOOK_MCP_NO_APPROVALS: {
    wrong: `const policies = 'allow(_, "delete", _: Note); needs_approval(_, "delete", _: Note);';
const approved = await Authorizer.load({ policies, types: { Note: { fields: {} } }, queries: ['needs_approval'] });
new AuthorizedMcpServer(info, { authorizer: approved, actor });`,
    fix: `const policies = 'allow(_, "delete", _: Note); needs_approval(_, "delete", _: Note);';
const approved = await Authorizer.load({ policies, types: { Note: { fields: {} } }, queries: ['needs_approval'] });
const approvals = { key: 'a secret of at least 32 bytes, from the environment' };
new AuthorizedMcpServer(info, { authorizer: approved, actor, approvals });`,
  },
  NANOOK_MCP_APPROVAL_RULE: {
    wrong: approving(`{ id: 'ann' }`).replace(
      'needs_approval(_, "delete", _: Note)',
      'needs_approval(_, "delete")',
    ),
    fix: approving(`{ id: 'ann' }`),
  },
  NANOOK_MCP_APPROVAL_USER: { wrong: approving(`{ name: 'Ann' }`), fix: approving(`{ id: 'ann' }`) },
};
