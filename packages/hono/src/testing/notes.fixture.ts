import { Authorizer, typed } from '@nanook/core';
import { Hono, type Context } from 'hono';
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
export const findNote = (c: Context) => (c.req.param('id') === '1' ? note : undefined);

export const actor = (c: Context): unknown => c.req.header('x-user');

export interface NotesApp {
  readonly app: Hono;
  /** The errors that reached the error handler or the log. */
  readonly errors: unknown[];
  /** Sends a request, and returns the status, the headers and the text of the response. */
  readonly ask: (
    path: string,
    user?: string,
    init?: RequestInit,
  ) => Promise<{ status: number; text: string; headers: Record<string, string> }>;
}

/** Creates an application with the middleware `authorization`, whose handlers may check themselves. */
export function notesApp(options: AuthorizationOptions = {}): NotesApp {
  const errors: unknown[] = [];
  const app = new Hono();
  app.onError((error, c) => {
    errors.push(error);
    return c.text('failed', (error as { readonly status?: 500 }).status ?? 500);
  });
  app.use(authorization(authorizer, { actor, onError: (error) => void errors.push(error), ...options }));
  return {
    app,
    errors,
    async ask(path, user = 'bob', init = {}) {
      const headers = { 'x-user': user, ...(init.headers as Record<string, string>) };
      const response = await app.request(path, { ...init, headers });
      return {
        status: response.status,
        text: await response.text(),
        headers: Object.fromEntries(response.headers),
      };
    },
  };
}
