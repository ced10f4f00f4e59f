import {
  authorization as expressAuthorization,
  authorize,
  listRoutes,
  protect,
  skipAuthorization,
} from '@nanook/express';
import { ExpressInstrumentation } from '@opentelemetry/instrumentation-express';
import type { Application, RequestHandler } from 'express';
import { describe, expect, it } from 'vitest';
import { testedVersions } from '../../../../tools/test-scope.js';
import { majors as expressMajors, type Express } from './express-kit.js';
import { authorizer, findNote } from './kit.js';

// `nanook audit` lists the routes of an application that a library for tracing has instrumented, as it lists those of the application
// itself.

interface Instrumented {
  patch(module: unknown): unknown;
  unpatch(module: unknown): unknown;
}
const definitionOf = (instrumentation: object): Instrumented =>
  [(instrumentation as { init(): Instrumented | Instrumented[] }).init()].flat()[0]!;

/** Lists the routes of an application twice: plain, and instrumented before it is created. */
function listBoth<Listed>(
  module: unknown,
  instrumentation: object,
  list: () => Listed,
): readonly [Listed, Listed] {
  const plain = list();
  const definition = definitionOf(instrumentation);
  definition.patch(module);
  try {
    return [plain, list()];
  } finally {
    definition.unpatch(module);
  }
}

describe.each(testedVersions(expressMajors))(
  'the listing of an instrumented application in %s',
  (_major, express: Express) => {
    const show: RequestHandler = (req, res) => void res.json(req.authz.resource);
    function unruled(_req: unknown, res: { end(): void }): void {
      res.end();
    }
    const fill = (app: Application): void => {
      app.use(expressAuthorization(authorizer, { actor: () => 'ann' }), authorize());
      app.get('/notes/:id', authorize('read', findNote), show);
      const router = express.Router().use(authorize('list', 'Note')).get('/list', show);
      app.use('/router', router);
      app.use('/skipped', skipAuthorization('public pages', express.Router().get('/page', show)));
      const mounted = express();
      mounted.get('/notes/:id', authorize('read', findNote), show).get('/unruled', unruled);
      app.use('/mounted', mounted);
      app.use('/files', skipAuthorization('public files'), express.static('.'));
      app.use('/hook', unruled as RequestHandler);
      app.all('/unruled', unruled as RequestHandler);
    };

    it('contains the names, places and mounts of the application itself', () => {
      const [plain, instrumented] = listBoth(express, new ExpressInstrumentation(), () => {
        const app = protect(express());
        fill(app);
        return listRoutes(app, { check: false, mounts: true });
      });
      expect(plain.length).toBeGreaterThan(7);
      expect(instrumented).toEqual(plain);
    });

    it('has the names of mounted handlers, and not of wrappers, without protect', () => {
      const [plain, instrumented] = listBoth(express, new ExpressInstrumentation(), () => {
        const app = express();
        app.use(express.static('.')).use('/hook', unruled as RequestHandler);
        return listRoutes(app, { check: false, mounts: true });
      });
      const shown = plain.map((route) => ({ ...route, location: undefined }));
      expect(shown.map(({ handler }) => handler)).toEqual(['serveStatic', 'unruled']);
      expect(instrumented).toEqual(shown);
    });
  },
);
