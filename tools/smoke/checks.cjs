// What every consumer does with the installed packages. `loaded` holds each entry by its specifier, as that consumer
// loaded it (import or require); `loadExpress` gives Express. Throw to fail. Plain CommonJS, for Node 20 and Jest.
const assert = require('node:assert/strict');

exports.checks = async function checks(loaded, loadExpress) {
  for (const [specifier, module] of Object.entries(loaded)) {
    assert.equal(typeof module, 'object', `${specifier} cannot be loaded`);
  }
  const core = loaded['@nanook/core'];
  const { authorization, authorize, authorizationErrors } = loaded['@nanook/express'];
  assert.deepEqual(loaded['@nanook/core/syntax'].check(['allow(_, "read", _);']), []);

  const authorizer = await core.Authorizer.load({
    policies: 'allow(user, "read", doc) if doc.owner = user.name;',
    types: {},
  });
  assert.equal(await authorizer.isAllowed({ name: 'ann' }, 'read', { owner: 'ann' }), true);
  const refusal = await authorizer
    .authorize({ name: 'bob' }, 'read', { owner: 'ann' })
    .catch((error) => error);
  assert.equal(core.isNotFoundError(refusal), true);
  assert.equal((await loaded['@nanook/core/testing'].allowAll()) instanceof Object, true);
  await assert.rejects(core.Authorizer.load({ policies: 'nope/*.polar' }), {
    code: 'POLAR_LOAD_NO_FILE_MATCHES',
  });

  const express = await loadExpress();
  const app = express();
  app.use(authorization(authorizer, { actor: (req) => ({ name: req.headers['x-user'] }) }));
  app.use(authorize());
  app.get(
    '/doc',
    authorize('read', () => ({ owner: 'ann' })),
    (req, res) => res.json(req.authz.resource),
  );
  app.get('/forgotten', (_req, res) => res.json('secret'));
  app.use(authorizationErrors({ onFault: () => {} }));
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  try {
    const statusFor = async (path, user) => {
      const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, {
        headers: { 'x-user': user },
      });
      await response.text();
      return response.status;
    };
    assert.equal(await statusFor('/doc', 'ann'), 200);
    assert.equal(await statusFor('/doc', 'bob'), 404);
    assert.equal(await statusFor('/forgotten', 'ann'), 500);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
};
