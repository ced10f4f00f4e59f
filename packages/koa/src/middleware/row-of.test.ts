import { Authorizer, type RowCondition } from '@nanook/core';
import Router from '@koa/router';
import Koa3 from 'koa';
import Koa2 from 'koa2';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize, rowOf } from '../index.js';

const majors = [
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
] as const;

const notes = [
  { id: 1, ownerId: 'ann', isOpen: true },
  { id: 2, ownerId: 'bob', isOpen: true },
  { id: 3, ownerId: 'bob', isOpen: false },
];
const queries: string[] = [];

/** Returns whether a filter of equalities accepts a row. */
function accepts(filter: RowCondition['filter'], row: Readonly<Record<string, unknown>>): boolean {
  if (filter.kind === 'and') return filter.parts.every((part) => accepts(part, row));
  if (filter.kind !== 'compare') return filter.kind === 'always' || filter.kind === 'readable';
  const [left, right] = [filter.left, filter.right].map((side) =>
    side.kind === 'column' ? row[side.field] : side.value,
  );
  return left === right;
}

const authorizer = await Authorizer.load({
  policies: `
    allow(_: String, "read", note: Note) if note.isOpen;
    allow(user: String, "edit", note: Note) if note.ownerId = user;
  `,
  types: { Note: { key: 'id', fields: { id: 'Integer', ownerId: String, isOpen: Boolean } } },
  resources: {
    list: async ({ condition }) => {
      queries.push('list');
      return notes.filter((note) => accepts(condition.filter, note));
    },
    count: async (condition) => {
      queries.push('count');
      return notes.filter((note) => accepts(condition.filter, note)).length;
    },
  },
});

describe.each(testedVersions(majors))('rowOf() on %s', (_major, Koa) => {
  const appOf = () => {
    const edited = authorize(
      'edit',
      rowOf('Note', (ctx) => Number(ctx.params.id)),
    );
    const router = new Router().get('/notes/:id', edited, (ctx) => {
      ctx.body = ctx.state.authz.resource;
    });
    const app = new Koa();
    app
      .use(authorizationErrors())
      .use(authorization(authorizer, { actor: (ctx) => ctx.get('x-user') || undefined }))
      .use(authorize())
      .use(router.routes());
    return app.callback();
  };

  it.each([
    ['the row for an actor who may perform the action', '1', 'ann', 200, ['list']],
    ['403 for an actor who may only read the row', '2', 'ann', 403, ['list', 'count']],
    ['404 for an actor who may not read the row', '3', 'ann', 404, ['list', 'count']],
    ['404 for a row that does not exist', '4', 'ann', 404, ['list', 'count']],
    ['404 for a text that is not a key, without a query', 'x', 'ann', 404, []],
    ['401 for an anonymous actor, without a query', '1', '', 401, []],
  ])('answers a request for a row with %s', async (_what, id, user, status, expected) => {
    queries.length = 0;
    const response = await request(appOf()).get(`/notes/${id}`).set('x-user', user);
    expect(response.status).toBe(status);
    expect(response.body).toMatchObject(status === 200 ? notes[0]! : { status });
    expect(queries).toEqual(expected);
  });

  it('describes the requirement of a row by its type', () => {
    const requirement = authorize(
      'edit',
      rowOf('Note', () => 1),
    );
    expect(requirement.name).toContain('edit row of Note');
  });
});
