import { Authorizer, one } from '@nanook/core';
import express4 from 'express4';
import express5, { type Request } from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorizationErrors, authorize } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const authorizer = await Authorizer.load({
  policies: `
    allow(_: String, "read", _: Note);
    allow(user: String, action, note: Note) if action in ["create", "edit"] and note.folder.owner = user;
  `,
  types: {
    Folder: { key: 'id', fields: { id: 'Integer', owner: String } },
    Note: {
      key: 'id',
      fields: { id: 'Integer', title: String, folderId: 'Integer' },
      relations: { folder: one('Folder', { local: 'folderId', foreign: 'id' }) },
    },
  },
  resources: {
    list: async ({ condition }) =>
      condition.type === 'Folder' ? [{ id: 1, owner: 'ann' }] : [{ id: 7, title: 'a', folderId: 1 }],
    count: async () => 1,
  },
});

describe.each(testedVersions(majors))(
  'req.authz.authorizeNew() and authorizeChange() on %s',
  (_major, express) => {
    const written: unknown[] = [];
    const appOf = () => {
      const app = express();
      app.use(express.json());
      app.use(authorization(authorizer, { actor: (req) => req.get('x-user') || undefined }), authorize());
      const pass =
        (handle: (req: Request) => Promise<unknown>) =>
        (req: Request, res: express5.Response, next: (error: unknown) => void) =>
          handle(req).then((values) => void res.status(201).json((written.push(values), values)), next);
      app.post(
        '/notes',
        pass((req) => req.authz.authorizeNew('create', 'Note', req.body as object)),
      );
      app.patch(
        '/notes/:id',
        pass((req) =>
          req.authz.authorizeChange('edit', 'Note', Number(req.params['id']), req.body as object),
        ),
      );
      app.use(authorizationErrors());
      return app;
    };
    const send = (method: 'post' | 'patch', path: string, body: object, user = 'ann') =>
      request(appOf())[method](path).set('x-user', user).send(body);

    it('count as the decision of a request: the statuses are 201, 400, 401, 403 and 404', async () => {
      const note = { title: 'a', folderId: 1 };
      for (const [method, path, body, user, status] of [
        ['post', '/notes', note, 'ann', 201],
        ['post', '/notes', note, 'bob', 403],
        ['post', '/notes', note, '', 401],
        ['post', '/notes', { ...note, folder: { owner: 'bob' } }, 'bob', 400],
        ['post', '/notes', { ...note, id: 7 }, 'ann', 400],
        ['post', '/notes', { ...note, folderId: '1' }, 'ann', 400],
        ['post', '/notes', [], 'ann', 400],
        ['post', '/notes', { title: 'a' }, 'ann', 400],
        ['patch', '/notes/7', { title: 'b' }, 'ann', 201],
        ['patch', '/notes/7', { title: 'b' }, 'bob', 403],
        ['patch', '/notes/7', { id: 8 }, 'ann', 400],
        ['patch', '/notes/x', { title: 'b' }, 'ann', 404],
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop -- a few requests
        const response = await send(method, path, body, user);
        expect([path, body, user, response.status]).toEqual([path, body, user, status]);
      }
      expect(written).toHaveLength(2);
    });
  },
);
