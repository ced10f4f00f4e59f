import type { ConfigErrorCode } from '@nanook/http';

// cspell:ignore actr raed

/** An example for Express that causes a code, and the corrected one. The comments at its end are the requests. */
export interface HttpExample {
  readonly wrong: string;
  readonly fix: string;
}

const head = `const findNote = (req) => typed('Note', { id: req.params.id });
const app = express();
`;
const middleware = "app.use(authorization(authorizer, { actor: () => 'ann' }));\n";
const start = head + middleware;
const errors = 'app.use(authorizationErrors());\n';
const show = '(req, res) => res.json(req.authz.resource)';
const read = `app.get('/notes/:id', authorize('read', findNote), ${show});\n`;
const get = '// GET /notes/1';

/** A handler that calls a check, for `DELETE /notes/1`. */
const handler = (body: string): string => `${start}app.delete('/notes/:id', async (req, res) => {
  ${body.replaceAll('\n', '\n  ')}
});
// DELETE /notes/1`;

/** The examples of the codes of all adapters, for Express. */
export const httpExamples: { readonly [C in ConfigErrorCode]: HttpExample } = {
  NANOOK_HTTP_UNDECIDED_ROUTE: {
    wrong: `${start}app.use(authorize());
app.get('/notes/:id', (req, res) => res.json(findNote(req)));
${get}`,
    fix: `${start}app.use(authorize());
${read}${get}`,
  },
  NANOOK_HTTP_UNPROTECTED_ROUTE: {
    wrong: `${start}protect(app);
app.get('/notes/:id', (req, res) => res.json(findNote(req)));
${get}`,
    fix: `${start}protect(app);
${read}${get}`,
  },
  NANOOK_HTTP_SKIPPED_APPLICATION: {
    wrong: `${start}protect(app);
app.use(skipAuthorization('public files'));`,
    fix: `${start}protect(app);
app.use('/public', skipAuthorization('public files'));`,
  },
  NANOOK_HTTP_UNAWAITED_CHECK: {
    wrong: handler("req.authz.authorize('edit', findNote(req));\nres.sendStatus(204);"),
    fix: handler("await req.authz.authorize('edit', findNote(req));\nres.sendStatus(204);"),
  },
  NANOOK_HTTP_LOST_FAILURE: {
    wrong: handler(
      "await req.authz.authorize('edit', findNote(req));\nres.sendStatus(204);\nreq.authz.authorize('delete', findNote(req)); // after the response",
    ),
    fix: handler(
      "await req.authz.authorize('edit', findNote(req));\nif (await req.authz.can('delete', findNote(req))) console.log('delete it, too');\nres.sendStatus(204);",
    ),
  },
  NANOOK_HTTP_REFUSED_ROUTE: {
    wrong: handler(
      "await req.authz.authorize('delete', findNote(req)).catch(() => {});\nres.sendStatus(204);",
    ),
    fix: handler(
      "if (!(await req.authz.can('delete', findNote(req)))) return res.sendStatus(404);\nres.sendStatus(204);",
    ),
  },
  NANOOK_HTTP_UNSEEN_APP: {
    wrong: `${start}app.use('/admin', express());
protect(app);`,
    fix: `${start}protect(app);
app.use('/admin', express());`,
  },
  NANOOK_HTTP_NO_AUTHORIZATION: {
    wrong: `${head}${read}${get}`,
    fix: `${start}${read}${get}`,
  },
  NANOOK_HTTP_ACTOR_IN_HOOK: {
    wrong: `${head}app.use(authorization(authorizer, {
  actor: async (req) => ((await req.authz.can('read', typed('Note', { id: '1' }))) ? 'ann' : 'guest'),
}));
${read}${get}`,
    fix: `${head}app.use(authorization(authorizer, {
  actor: async () => ((await authorizer.can('ann', 'read', typed('Note', { id: '1' }))) ? 'ann' : 'guest'),
}));
${read}${get}`,
  },
  NANOOK_HTTP_NO_RESOURCE: {
    wrong: `${start}app.get('/notes/:id', skipAuthorization('public notes'), ${show});
${get}`,
    fix: `${start}${read}${get}`,
  },
  NANOOK_HTTP_NO_REASON: {
    wrong: `${start}app.get('/health', skipAuthorization(), (req, res) => res.send('up'));`,
    fix: `${start}app.get('/health', skipAuthorization('liveness probe'), (req, res) => res.send('up'));`,
  },
  NANOOK_HTTP_NO_ACTION: {
    wrong: `${start}const actions = { read: 'read' };
app.get('/notes/:id', authorize(actions.show, findNote), ${show});`,
    fix: `${start}const actions = { read: 'read' };
app.get('/notes/:id', authorize(actions.read, findNote), ${show});`,
  },
  NANOOK_HTTP_NO_ARGUMENT: {
    wrong: handler("await req.authz.authorizeField('edit', findNote(req));\nres.sendStatus(204);"),
    fix: handler("await req.authz.authorizeField('edit', findNote(req), 'title');\nres.sendStatus(204);"),
  },
  NANOOK_HTTP_NO_SOURCE: {
    wrong: `${start}app.get('/notes/:id', authorize('read'), ${show});`,
    fix: `${start}${read}`,
  },
  NANOOK_HTTP_SWAPPED_ARGUMENTS: {
    wrong: `${start}app.post('/notes', authorize('Note', 'create'), (req, res) => res.sendStatus(201));
// POST /notes`,
    fix: `${start}app.post('/notes', authorize('create', 'Note'), (req, res) => res.sendStatus(201));
// POST /notes`,
  },
  NANOOK_HTTP_NO_RETURN: {
    wrong: `${start}const load = (req) => {
  findNote(req);
};
app.get('/notes/:id', authorize('read', load), ${show});`,
    fix: `${start}const load = (req) => findNote(req);
app.get('/notes/:id', authorize('read', load), ${show});`,
  },
  NANOOK_HTTP_LOADER_TIMEOUT: {
    wrong: `${head}app.use(authorization(authorizer, { actor: () => 'ann', loaderTimeoutMs: 50 }));
const load = () => new Promise(() => {}); // never finishes
app.get('/notes/:id', authorize('read', load), ${show});
${get}`,
    fix: `${head}app.use(authorization(authorizer, { actor: () => 'ann', loaderTimeoutMs: 50 }));
${read}${get}`,
  },
  NANOOK_HTTP_UNCALLED: {
    wrong: `${start}app.use(authorizationErrors);
protect(app);`,
    fix: `${start}${errors}protect(app);`,
  },
  NANOOK_HTTP_NO_ERROR: {
    wrong: `${start}const load = () => Promise.reject(); // without an error
app.get('/notes/:id', authorize('read', load), ${show});
${get}`,
    fix: `${start}const load = async (req) => findNote(req);
app.get('/notes/:id', authorize('read', load), ${show});
${get}`,
  },
  NANOOK_HTTP_UNGRANTABLE: {
    wrong: `${start}app.get('/notes/:id', authorize('raed', findNote), ${show});
listRoutes(app);`,
    fix: `${start}${read}listRoutes(app);`,
  },
  NANOOK_HTTP_UNKNOWN_OPTION: {
    wrong: `const app = express();
app.use(authorization(authorizer, { actr: () => 'ann' }));`,
    fix: `const app = express();
app.use(authorization(authorizer, { actor: () => 'ann' }));`,
  },
  NANOOK_HTTP_INVALID_OPTION: {
    wrong: `const app = express();
app.use(authorization(authorizer, { actor: 'ann' }));`,
    fix: `const app = express();
app.use(authorization(authorizer, { actor: () => 'ann' }));`,
  },
};
