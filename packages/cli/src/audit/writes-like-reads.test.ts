import { describe, expect, it } from 'vitest';
import type { FoundRoute, Requirement } from './audited-route.js';
import { writesLikeReads } from './writes-like-reads.js';

/** Creates a route from `PUT /notes/:id` and requirements such as `read Note`. */
function route(name: string, ...required: readonly string[]): FoundRoute {
  const [method = '', path = ''] = name.split(' ');
  const requirements = required.map((each): Requirement => {
    const [action = '', resource = ''] = each.split(' ');
    return action === 'skip' ? { kind: 'skip', reason: resource } : { kind: 'authorize', action, resource };
  });
  const found = { method, path, requirements, handler: 'handler', location: undefined };
  return { ...found, exempt: undefined, mistakes: [] };
}

describe('writesLikeReads', () => {
  it.each(['PUT', 'PATCH', 'POST', 'DELETE'])(
    'notes %s with the action that guards GET of the resource',
    (method) => {
      expect(
        writesLikeReads([
          route('GET /notes/:id', 'read findNote()'),
          route(`${method} /notes/:id`, 'read findNote()'),
        ]),
      ).toEqual([
        `${method} /notes/:id requires read findNote(), like GET /notes/:id; if not every reader may write, require another action`,
      ]);
    },
  );

  it('notes a route with another path, if its requirement names the same loader or type', () => {
    const notes = writesLikeReads([
      route('POST /notes/:id/share', 'read findNote()'),
      route('GET /notes/:id', 'read findNote()'),
      route('Mutation.rename', 'read Page'),
      route('Query.page', 'read Page'),
    ]);
    expect(notes.map((note) => note.split(';')[0])).toEqual([
      'POST /notes/:id/share requires read findNote(), like GET /notes/:id',
      'Mutation.rename requires read Page, like Query.page',
    ]);
  });

  it('does not compare loaders without a name of different paths', () => {
    const read = route('GET /notes/:id', 'read loader()');
    expect(writesLikeReads([read, route('PUT /users/:id', 'read loader()')])).toEqual([]);
    expect(writesLikeReads([read, route('PUT /notes/:id', 'read loader()')])).toHaveLength(1);
  });

  it('notes nothing if the route demands an action that no reading route demands', () => {
    const read = route('GET /teams/:team/notes/:id', 'read findTeam()', 'read findNote()');
    expect(writesLikeReads([read, route('PUT /notes/:id', 'edit findNote()')])).toEqual([]);
    expect(
      writesLikeReads([read, route('PUT /teams/:team/notes/:id', 'read findTeam()', 'edit findNote()')]),
    ).toEqual([]);
    expect(writesLikeReads([read, route('PUT /notes/:id', 'read Folder')])).toEqual([]);
  });

  it('notes nothing about routes that are skipped or have no requirement, and about default actions of NestJS', () => {
    expect(
      writesLikeReads([
        route('GET /login', 'skip public'),
        route('POST /login', 'skip public'),
        route('GET /notes'),
        route('POST /notes'),
        {
          ...route('GET /pages'),
          requirements: [{ kind: 'authorize', action: 'by method', resource: 'Page' }],
        },
        {
          ...route('PUT /pages'),
          requirements: [{ kind: 'authorize', action: 'by method', resource: 'Page' }],
        },
      ]),
    ).toEqual([]);
  });
});
