import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Authorizer } from '@nanook/core';
import { expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { AuthorizedMcpServer, skipAuthorization } from './index.js';

declare const authorizer: Authorizer;
declare const result: CallToolResult;
const server = new AuthorizedMcpServer({ name: 'n', version: '1' }, { authorizer, actor: () => 'ann' });
const inputSchema = z.object({ id: z.number(), title: z.string().optional() });
class Note {
  declare readonly owner: string;
}

it('a tool needs a requirement', () => {
  // @ts-expect-error -- `authorize` is missing
  server.registerTool('a', { inputSchema }, () => result);
  // @ts-expect-error -- `authorize` is missing
  server.registerPrompt('a', {}, () => ({ messages: [] }));
  // @ts-expect-error -- a reason is missing
  server.registerTool('a', { authorize: skipAuthorization() }, () => result);
});

it('a loader gets the parsed arguments, and the handler gets its result', () => {
  server.registerTool(
    'a',
    {
      inputSchema,
      authorize: [
        'read',
        Note,
        async ({ id, title }, { signal }) => {
          expectTypeOf(id).toEqualTypeOf<number>();
          expectTypeOf(title).toEqualTypeOf<string | undefined>();
          expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
          return id === 1 ? new Note() : undefined;
        },
      ],
    },
    ({ id }, { resource }) => {
      expectTypeOf(id).toEqualTypeOf<number>();
      expectTypeOf(resource).toEqualTypeOf<Note>();
      return result;
    },
  );
});

it('the argument with the key must exist', () => {
  server.registerTool('a', { inputSchema, authorize: ['read', 'Note', 'id'] }, () => result);
  // @ts-expect-error -- there is no argument `ids`
  server.registerTool('a', { inputSchema, authorize: ['read', 'Note', 'ids'] }, () => result);
  // @ts-expect-error -- the tool has no arguments
  server.registerTool('a', { authorize: ['read', 'Note', 'id'] }, () => result);
});
