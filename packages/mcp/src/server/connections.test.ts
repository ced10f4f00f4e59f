import { Client } from '@modelcontextprotocol/client';
import { InMemoryTransport } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { call, loadAuthorizer, notesServer, policy, serve, users } from './notes.fixture.js';
import { post } from './raw-request.fixture.js';

const authorizer = await loadAuthorizer();

it('items of one JSON-RPC batch are authorized one by one', async () => {
  const { url } = await serve(notesServer({ authorizer }));
  const item = (id: number, name: string, note: string) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name, arguments: { id: note } },
  });
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      Authorization: 'Bearer eve',
    },
    body: JSON.stringify([item(1, 'read-note', '1'), item(2, 'read-note', '2'), item(3, 'delete-note', '3')]),
  });
  const body = await response.text();
  expect(response.status).toBe(200);
  expect(body).toContain('note 1');
  expect(body).not.toContain('note 2');
  expect(body).toContain('Tool delete-note not found');
});

it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', '', ' read-note', 'READ-NOTE'])(
  'the name %o names no tool',
  async (name) => {
    const { url } = await serve(notesServer({ authorizer }));
    const answer = await post(url, 'ann', 'tools/call', { name, arguments: { id: '1' } });
    expect(JSON.stringify(answer)).not.toContain('note 1');
    expect(answer.error).toBeDefined();
  },
);

it('a connection without HTTP asks the current policy in each call, and finds the actor again', async () => {
  const own = await loadAuthorizer();
  let id = 'ann';
  const server = notesServer({ authorizer: own, actor: () => users.get(id) });
  const mcp = await server.factory({ era: 'legacy' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1.0.0' });
  await Promise.all([mcp.connect(ours), client.connect(theirs)]);
  expect(await call(client, 'read-note', { id: '1' })).toContain('note 1');
  id = 'bob';
  expect(await call(client, 'read-note', { id: '1' })).toBe('Not found');
  id = 'ann';
  await own.reload(policy.replace('"read" if "member";', ''));
  expect(await call(client, 'read-note', { id: '1' })).toBe('Not found');
  await client.close();
});
