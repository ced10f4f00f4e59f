import { Authorizer } from '@nanook/core';
import express5 from 'express';
import express4 from 'express4';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { authorization, authorize } from '../index.js';

const majors = [
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
] as const;

const before = 'allow(_, "read", "minutes"); allow(_, "edit", "minutes");';
const after = 'allow(_, "read", "minutes"); allow(_, "delete", "minutes");';

describe.each(testedVersions(majors))('%s', (_major, express) => {
  it('decides a request by the policy of its first check when a reload ends in between', async () => {
    const authorizer = await Authorizer.load({ policies: before });
    const app = express();
    app.use(authorization(authorizer, { actor: () => 'ann' }));
    app.get(
      '/',
      authorize('read', () => 'minutes'),
      (_req, _res, next) => void authorizer.reload(after).then(() => next(), next),
      authorize('edit', () => 'minutes'),
      (req, res, next) =>
        void Promise.all([req.authz.can('edit', 'minutes'), req.authz.can('delete', 'minutes')]).then(
          (answers) => res.json(answers),
          next,
        ),
    );
    app.get(
      '/next',
      authorize('delete', () => 'minutes'),
      (_req, res) => void res.json('deleted'),
    );
    expect((await request(app).get('/')).body).toEqual([true, false]);
    expect((await request(app).get('/next')).body).toBe('deleted');
  });
});
