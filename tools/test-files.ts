// Decides in which project of Vitest a test file runs. Most files share the modules of their worker. The others are found by a rule, or
// listed here with the reason.
import { globSync, readFileSync } from 'node:fs';
import { runsAll } from './test-scope.ts';

const root = new URL('..', import.meta.url);

/** The files that take longest, about 6 seconds or more. They run with --all, or when the command line names their path. */
const longTests = new Set([
  'examples/gitclub-nestjs/src/careless.test.ts',
  'packages/cli/src/commands/test-mutate.test.ts',
  'packages/cli/src/migrate/applications/applications.test.ts',
  'packages/cli/src/typegen/typed-policies-guide.test.ts',
  'packages/core/src/aot/limits.test.ts',
  'packages/core/src/engine/compiled/forwarding.test.ts',
  'packages/core/src/engine/compiled/hostile-rows.test.ts',
  'packages/core/src/engine/compiled/recursive-policies.test.ts',
  'packages/core/src/engine/compiled/rows.test.ts',
  'packages/core/src/engine/compiled/same-promise.test.ts',
  'packages/core/src/engine/compiled/sharing.test.ts',
  'packages/core/src/engine/host-log.test.ts',
  'packages/express/src/handlers/other-copies.test.ts',
  'packages/grammar/src/grammar.test.ts',
  'packages/language-server/src/project/config-process.test.ts',
  'packages/language-server/src/protocol.test.ts',
  'packages/orm/src/mongoose/list-paths.test.ts',
  'packages/orm/src/prisma/extension/relations-oracle.test.ts',
  'packages/orm/src/rls/indexed-policy.test.ts',
  'packages/orm/src/testing/date-edges.test.ts',
  'packages/orm/src/testing/drafts.test.ts',
  'packages/orm/src/testing/hostile-values.test.ts',
  'packages/orm/src/testing/included-rows.test.ts',
  'packages/orm/src/testing/list-columns.test.ts',
  'packages/orm/src/testing/lower-case.test.ts',
  'packages/orm/src/testing/own-order.test.ts',
  'packages/orm/src/testing/wide-sets-of-adapters.test.ts',
  'packages/oso/src/parity/lost-errors.test.ts',
  'packages/oso/src/parity/parity-page.test.ts',
  'packages/site/src/front/front-page.test.ts',
]);
const isNamed = (file: string): boolean =>
  process.argv.slice(2).some((argument) => argument.includes('/') && file.includes(argument));
const files = globSync('{packages,examples}/*/src/**/*.test.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => runsAll || !longTests.has(file) || isNamed(file));
const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8');

/** Files of Nest that register types with `@PolarType` or `@ObjectType`, which all applications of a process share. */
const registersTypes = (file: string): boolean =>
  file.startsWith('packages/nestjs/') && /'@nestjs\/graphql'|polar-type|examples\.fixture/.test(textOf(file));

/** Files that attach a debugger to their process, which is possible once, in whose process no other application may run, or that often
 * collect garbage, which is slow among the modules of other files. */
const ownProcess = new Set([
  'packages/cli/src/debug/attach.test.ts',
  'packages/cli/src/debug/debug-adapter.test.ts',
  'packages/core/src/engine/host-log.test.ts',
  'packages/koa/src/handlers/fresh-process.test.ts',
  'packages/koa/src/handlers/requirement-paths.test.ts',
]);

/** The test files that need modules or a process of their own. */
export const isolatedTests = files.filter(
  (file) =>
    ownProcess.has(file) ||
    // Some packages change the classes of Express and Koa.
    file.startsWith('packages/frameworks/src/packages/') ||
    file.startsWith('examples/gitclub-nestjs/') ||
    // React decides when it is loaded whether there is a document.
    file.startsWith('packages/react/') ||
    registersTypes(file) ||
    // Later files would receive new modules, which follow the same classes of Express and Koa again.
    textOf(file).includes('vi.resetModules(') ||
    (/^packages\/(core|orm)\//.test(file) && textOf(file).includes('vi.mock(')),
);

/** The test files in which each function has its final code from the second call on. */
export const finalCodeTests = files.filter(
  (file) => file.startsWith('packages/core/') && textOf(file).includes('final-code.fixture'),
);

/** The test files of the language that take long and run each case on all engines themselves. */
export const allEngineTests = [
  'packages/core/src/authorization/histories.test.ts',
  'packages/core/src/engine/floating-promises.test.ts',
  'packages/core/src/engine/host-log.test.ts',
];

/** The test files that share the modules of their worker. */
export const sharedTests = files.filter(
  (file) => !isolatedTests.includes(file) && !finalCodeTests.includes(file),
);
