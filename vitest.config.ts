import { availableParallelism } from 'node:os';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { allEngineTests, finalCodeTests, isolatedTests, sharedTests } from './tools/test-files.ts';
import { runsAll } from './tools/test-scope.ts';

const { resolve: resolveForNest11 } = createRequire(new URL('packages/compat-nest11/', import.meta.url));
const otherOrms = fileURLToPath(new URL('packages/compat-orms/', import.meta.url));
const { resolve: resolveOtherOrm } = createRequire(otherOrms);
const generateClients = ['packages/orm/src/testing/prisma/generate.fixture.ts'];
const setupFiles = ['tools/test-setup.ts', 'packages/core/src/node/compiled.ts'];

/** Tests expect that compiled code answers the first check, however slow the machine is. */
const compiledAtOnce = {
  name: 'compiled-at-once',
  transform(code: string, id: string) {
    if (id.endsWith('/compiler/thresholds.ts'))
      return code.replace(/(maxPlanningMs|maxPlannedFunctions) = \d+/g, '$1 = Number.POSITIVE_INFINITY');
    if (id.endsWith('/authorization/deferred-policy.ts'))
      return code.replace(/(checksBeforeCompiler(: number)?) = \d+/, '$1 = 0');
    return undefined;
  },
};

/** The options of all projects. They have one root and one configuration, so that Vitest transforms each module once. */
const project = (
  name: string,
  test: TestProjectInlineConfiguration['test'],
  plugins: TestProjectInlineConfiguration['plugins'] = [],
): TestProjectInlineConfiguration => ({
  plugins: [compiledAtOnce, ...plugins],
  // Tests run the sources of the workspace packages.
  resolve: { conditions: ['@nanook/source'] },
  ssr: { resolve: { conditions: ['@nanook/source'] } },
  // For the decorators of Nest, which reads the types of constructor parameters from their metadata.
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  test: {
    name,
    setupFiles,
    restoreMocks: true,
    unstubEnvs: true,
    // A test has no limit of time of its own: on a busy machine, or with coverage, it takes many times longer.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The files of a worker share their modules, because loading them takes as long as the tests of an average file.
    isolate: false,
    // One more than the cores, because some tests wait for processes and timers. The default leaves one core without tests, which on a machine
    // with two cores doubles the time. A project does not take this option from the configuration of the workspace.
    maxWorkers: availableParallelism() + 1,
    // Tests make many objects that are soon garbage. With more space for new objects, V8 copies fewer of them.
    execArgv: ['--max-semi-space-size=64'],
    ...test,
    // PostgreSQL compiles the queries of random policies for longer than it runs them.
    env: { PGOPTIONS: '-c jit=off -c synchronous_commit=off', ...test?.env },
  },
});

/** Repeats the tests of the language on another engine. By default, authorizers use compiled source. */
const onEngine = (engine: 'machine' | 'closures') =>
  project(engine, {
    include: [
      'packages/core/src/authorization/*.test.ts',
      'packages/core/src/engine/*.test.ts',
      'packages/core/src/host/*.test.ts',
    ],
    exclude: [...finalCodeTests, ...allEngineTests],
    setupFiles: [...setupFiles, 'tools/test-engine.ts'],
    env: { NANOOK_TEST_ENGINE: engine },
  });

/** Runs tests of @nanook/nestjs with the other major version of Nest: all imports of Nest lead to that version. */
const onNest11 = (name: string, tests: readonly string[], isolate: boolean) =>
  project(
    name,
    {
      isolate,
      include: tests.filter((file) => /^packages\/(nestjs\/src|frameworks\/src\/nest)\//.test(file)),
    },
    [
      {
        name: 'pin-nest-11',
        enforce: 'pre',
        resolveId: (id: string) =>
          /^(@nestjs\/|reflect-metadata$|rxjs($|\/))/.test(id)
            ? { id: resolveForNest11(id), external: true }
            : null,
      },
    ],
  );

const { resolve: resolveForReact18 } = createRequire(new URL('packages/compat-react18/', import.meta.url));

/** Runs the tests of @nanook/react with the other major version of React. */
const onReact18 = project('react@18', { isolate: true, include: ['packages/react/src/**/*.test.ts'] }, [
  {
    name: 'pin-react-18',
    enforce: 'pre',
    resolveId: (id: string) =>
      /^(react(-dom)?|@tanstack\/react-query)($|\/)/.test(id)
        ? { id: resolveForReact18(id), external: true }
        : null,
  },
]);

/** Runs the tests of adapters of @nanook/orm on other versions of their ORMs, which packages/compat-orms installs under the names of `nameOf`. */
const onOtherOrms = (
  name: string,
  adapters: readonly string[],
  nameOf: (module: string) => string = (module) => module,
): TestProjectInlineConfiguration =>
  project(
    name,
    {
      include: [
        ...adapters.map((adapter) => `packages/orm/src/${adapter}/*.test.ts`),
        'packages/orm/src/testing/tested-versions.test.ts',
        // It loads rows with the ORMs of all adapters.
        ...(adapters.includes('prisma') ? ['packages/orm/src/testing/loaded-relations.test.ts'] : []),
      ],
      // `Int32`, which they test, came with Mongoose 8.9.
      exclude: [
        'packages/orm/src/mongoose/stored-types.test.ts',
        'packages/orm/src/mongoose/list-paths.test.ts',
      ],
      globalSetup: adapters.includes('prisma') ? generateClients : [],
      env: {
        NANOOK_TEST_TIMES: '0.1',
        NANOOK_TEST_ORMS: otherOrms,
        // MikroORM 6 finds packages of MikroORM 7 in the root of the repository.
        MIKRO_ORM_ALLOW_VERSION_MISMATCH: 'true',
      },
    },
    [
      {
        name: 'pin-orms',
        enforce: 'pre',
        resolveId: (id: string) =>
          id === '@mikro-orm/sql'
            ? `${otherOrms}src/mikro-orm-sql.ts`
            : /^(@mikro-orm|@prisma\/client|drizzle-orm|knex|kysely|mongoose|prisma|typeorm)($|\/)/.test(id)
              ? { id: resolveOtherOrm(nameOf(id)), external: true }
              : null,
      },
    ],
  );

const otherOrmProjects = [
  onOtherOrms('orms@oldest', ['drizzle', 'knex', 'kysely', 'mikro-orm', 'mongoose', 'prisma', 'typeorm']),
  onOtherOrms('kysely@0.28', ['kysely'], (module) => module.replace('kysely', 'kysely-0.28')),
];

/** The tests of the built pages in Chromium. */
const inBrowser = project('browser', {
  include: ['packages/playground/browser/*.test.ts', 'examples/gitclub-web/browser/*.test.ts'],
});

export default defineConfig({
  test: {
    projects: [
      project('shared', {
        include: sharedTests,
        globalSetup: generateClients,
      }),
      project('isolated', { include: isolatedTests, isolate: true }),
      project('final-code', { include: finalCodeTests }, [
        {
          name: 'final-code',
          transform: (code, id) => {
            if (id.endsWith('/compiler/thresholds.ts')) return code.replace(/hotCalls = \d+/, 'hotCalls = 1');
            // Questions are remembered from the first call.
            if (id.endsWith('/tabling/thresholds.ts')) return code.replaceAll(/: \d+/g, ': 0');
            return undefined;
          },
        },
      ]),
      ...(runsAll
        ? [
            onEngine('machine'),
            onEngine('closures'),
            onNest11('nest@11', sharedTests, false),
            onNest11('nest@11 isolated', isolatedTests, true),
            onReact18,
            ...otherOrmProjects,
            inBrowser,
          ]
        : []),
    ],
    reporters: ['default', './tools/closing-line.ts'],
    coverage: {
      provider: 'v8',
      include: [
        'packages/{core,express,fastify,hono,http,koa,log,mcp,nestjs,orm,policies,server}/src/**/*.ts',
      ],
      exclude: ['**/*.{test,test-d,fixture}.ts'],
      reporter: ['text-summary', 'html'],
      reportOnFailure: true,
      // They only rise: `pnpm coverage --coverage.thresholds.autoUpdate` writes the percentages that were reached.
      thresholds: { statements: 87, branches: 83, functions: 87, lines: 88 },
    },
  },
});
