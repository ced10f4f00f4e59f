import { createHash } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { Authorizer } from '@nanook/core';
import { decisionServer } from '@nanook/server';
import { toNodeHandler } from '@nanook/server/node';

/**
 * The handlers that are compared: `plain` reads the body with `node:http` and answers; `empty` does the same as a server of
 * `@nanook/server/node`; `decisions` is the decision server.
 */
export const handlerIds = ['plain', 'empty', 'decisions'] as const;
export type HandlerId = (typeof handlerIds)[number];

const answer = '{"decision":true}';
const key = 'key-of-the-benchmark';
const body = JSON.stringify({
  subject: { type: 'user', id: 'ann' },
  action: { name: 'read' },
  resource: { type: 'note', id: 'n1' },
});

/** An evaluation that is allowed. */
export const request = [
  'POST /access/v1/evaluation HTTP/1.1',
  'Host: localhost',
  'Content-Type: application/json',
  `Authorization: Bearer ${key}`,
  `Content-Length: ${body.length}`,
  '',
  body,
].join('\r\n');

/** The answer of each handler. @throws {Error} for another one */
export function checkAnswer({
  status,
  body: text,
}: {
  readonly status: number;
  readonly body: string;
}): void {
  if (status !== 200 || text !== answer) throw new Error(`expected 200 ${answer}, got ${status} ${text}`);
}

export const handlers: Readonly<Record<HandlerId, () => Promise<RequestListener>>> = {
  plain: async () => (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      JSON.parse(Buffer.concat(chunks).toString());
      const headers = { 'Content-Type': 'application/json', 'Content-Length': answer.length };
      response.writeHead(200, headers).end(answer);
    });
  },
  empty: async () =>
    toNodeHandler({
      handles: () => true,
      close: () => Promise.resolve(),
      answer: async ({ readBody }) => {
        const chunks: Uint8Array[] = [];
        await readBody((chunk) => chunks.push(chunk), new AbortController().signal);
        JSON.parse(Buffer.concat(chunks).toString());
        return { status: 200, headers: { 'content-type': 'application/json' }, text: answer };
      },
    }),
  decisions: async () => {
    const authorizer = await Authorizer.load({
      policies: 'allow(user: User, "read", note: Note) if note.owner = user.id;',
      types: {
        User: { fields: { id: 'String' } },
        Note: { fields: { id: 'String', owner: 'String' } },
      },
    });
    await authorizer.warmUp();
    const notes = new Map([['n1', { id: 'n1', owner: 'ann' }]]);
    return toNodeHandler(
      decisionServer({
        authorizer,
        baseUrl: 'http://localhost:8181',
        callers: { keys: [{ name: 'bench', sha256: createHash('sha256').update(key).digest('hex') }] },
        entities: { user: { type: 'User' }, note: { type: 'Note', find: (id) => notes.get(id) } },
      }),
    );
  },
};
