import { Authorizer, typed } from '@nanook/core';
import Fastify, { type FastifyInstance, type FastifyRequest, type FastifyServerOptions } from 'fastify';
import { authorization, type AuthorizationOptions } from '../index.js';

export const policies = `
  allow(user: String, action, note: Note) if action in ["read", "update"] and note.owner = user;
  allow("boss", "read", _: Note);
  allow(_: String, "create", Note);
  allow_field(_, "read", _: Note, "owner");
`;
export const types = { Note: { fields: { owner: 'String', text: 'String' } } } as const;

export const authorizer = await Authorizer.load({ policies, types });

/** The text that no refused client may see. */
export const secret = 'the-secret-text';
export const note = typed('Note', { owner: 'ann', text: secret });

/** Loads the note of Ann with the id `1`. */
export const findNote = (request: FastifyRequest<{ Params: { id: string } }>) =>
  request.params.id === '1' ? note : undefined;

export const actor = (request: FastifyRequest): unknown => request.headers['x-user'];

export interface NotesApp {
  readonly app: FastifyInstance;
  /** The errors that reached the log. */
  readonly errors: unknown[];
  /** Sends a request, and returns the status and the text of the response. */
  readonly ask: (path: string, user?: string, method?: string) => Promise<{ status: number; text: string }>;
}

/** Creates an application with the plugin, whose handlers may check themselves. */
export async function notesApp(
  options: AuthorizationOptions = { protect: false },
  server: FastifyServerOptions = {},
): Promise<NotesApp> {
  const errors: unknown[] = [];
  const app: FastifyInstance = Fastify({ logger: { level: 'silent' }, ...server });
  app.addHook('onError', async (_request, _reply, error) => void errors.push(error));
  await app.register(
    authorization(authorizer, { actor, onError: (error) => void errors.push(error), ...options }),
  );
  return {
    app,
    errors,
    async ask(path, user = 'bob', method = 'GET') {
      const { statusCode, payload } = await app.inject({
        method: method as 'GET',
        url: path,
        headers: { 'x-user': user },
      });
      return { status: statusCode, text: payload };
    },
  };
}
