import { Authorizer, typed } from '@nanook/core';
import type { ListedRoute } from '@nanook/express';
import { expect } from 'vitest';
import { HttpClient, type HttpReply } from '../http-client.js';

/** The policy of the applications: `ann` reads notes and lists them, `ben` may only list them. */
export const authorizer = await Authorizer.load({
  policies: `
    allow("ann", "read", _: Note);
    allow(_: String, "list", Note);
  `,
  types: { Note: {} },
  onWarning: () => {},
});

/** Loads the note of a request. */
export const findNote = ({ params }: { readonly params: { readonly id?: unknown } }): object | undefined =>
  params.id === '1' ? typed('Note', { id: 1, text: 'the text of the note' }) : undefined;

/** The text that an unruled route would send. */
export const secret = 'nobody has decided to show this';

/** An application that listens. */
export interface Served {
  readonly port: number;
  /** The errors that the application logged. */
  readonly errors: unknown[];
  readonly routes: readonly ListedRoute[];
  readonly close: () => Promise<void>;
}

/** The paths to which requests are sent. */
export interface Paths {
  /** A route without a requirement. */
  readonly unruled: string;
  /** A route with `authorize('read', findNote)`. Default: `/notes/1`. */
  readonly ruled?: string;
  /** The paths of these routes in the listing, if they are listed. */
  readonly listed?: { readonly unruled?: string; readonly ruled?: string };
}

export type Ask = (path: string, headers?: Readonly<Record<string, string>>) => Promise<HttpReply>;

/** Runs requests against an application, and closes it. */
export async function withClient(served: Served, run: (ask: Ask) => Promise<void>): Promise<void> {
  const client = new HttpClient(served.port);
  try {
    await run((path, { user, ...headers } = {}) => client.send('GET', path, user, undefined, headers));
  } finally {
    client.close();
    await served.close();
  }
}

/** Checks that an unruled route is blocked, and that a ruled one responds only to actors that may read. */
export async function expectProtected(
  { errors, routes }: Served,
  ask: Ask,
  { unruled, ruled = '/notes/1', listed }: Paths,
): Promise<void> {
  const blocked = await ask(unruled, { user: 'ann' });
  expect({ path: unruled, status: blocked.status }).toEqual({ path: unruled, status: 500 });
  expect(blocked.text).not.toContain(secret);
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors)
    expect(error).toMatchObject({
      code: expect.stringMatching(/^NANOOK_HTTP_(UNPROTECTED|UNDECIDED)_ROUTE$/) as string,
    });

  const replies = await Promise.all(
    ['ann', 'ben', undefined].map((user) => ask(ruled, user === undefined ? {} : { user })),
  );
  expect(replies.map(({ status }) => status)).toEqual([200, 404, 401]);
  const shows = replies.map(({ text }) => text.includes('the text of the note'));
  expect(shows.slice(1)).toEqual([false, false]);
  expect(errors).toHaveLength(1);

  const requirements = (path: string | undefined) =>
    routes
      .filter((route) => route.path === path)
      .map((route) => route.requirements.filter(({ kind }) => kind !== 'request'));
  if (listed?.ruled !== undefined)
    expect(requirements(listed.ruled)).toEqual([
      [{ kind: 'authorize', action: 'read', resource: 'findNote()' }],
    ]);
  if (listed?.unruled !== undefined) expect(requirements(listed.unruled)).toEqual([[]]);
}
