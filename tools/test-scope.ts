// Decides how much a test run contains: the engines, the versions of frameworks, and the number of random cases. `npm test` and Vitest
// run a part by default. `npm test -- --all` sets NANOOK_TEST_ALL=true, which runs everything. The tests and the
// configuration of Vitest import this file, and decide nothing themselves.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const { NANOOK_TEST_ALL, NANOOK_TEST_TIMES, NANOOK_TEST_SEED, CHROMIUM_PATH } = process.env;

/** Whether everything runs. */
export const runsAll = NANOOK_TEST_ALL === 'true';

/** The factor for the numbers of random cases. With NANOOK_TEST_TIMES=1 all of them run, and all cases of long lists, too. */
const usualTimes = runsAll ? 0.2 : 0.05;
const times = Number(NANOOK_TEST_TIMES ?? usualTimes);
const runsEachCase = times >= 1;

/** Returns the number of random cases of a test: a part of them, but not fewer than three, because a random policy may not load. */
export const randomCases = (count: number): number => Math.max(Math.min(3, count), Math.round(count * times));

/** Returns all combinations of one value, or some of them, which differ from value to value: with --all two, otherwise one. */
export const sampledCases = <T>(combinations: readonly T[], value: number): readonly T[] => {
  if (runsEachCase) return combinations;
  const half = Math.ceil(combinations.length / 2);
  const places = [value, ...(runsAll ? [value + half] : [])].map((at) => at % combinations.length);
  return [...new Set(places)].map((at) => combinations[at]!);
};

/** Whether the random cases are enough for a claim about their shares: only in longer runs than those of CI. */
export const hasManyCases = times >= 0.5;

/** Returns the first seed of a random test: that of NANOOK_TEST_SEED, or the usual one. */
export const randomSeed = (usual: number): number => Number(NANOOK_TEST_SEED ?? usual);

/** Returns the time limit of a random test in milliseconds. It grows with the number of cases. */
export const randomTimeout = (milliseconds: number): number => milliseconds * Math.max(2, 2 * times);

/** Returns the versions of a framework to test, from a list that ends with the latest. */
export const testedVersions = <T>(versions: readonly T[]): readonly T[] =>
  runsAll ? versions : versions.slice(-1);

/** Returns the values that repeat one test, such as engines or seeds, or the first of them. Tests that compare engines use all of them. */
export const testedRepetitions = <T>(values: readonly T[]): readonly T[] =>
  runsAll ? values : values.slice(0, 1);

/** Returns all values for the latest version of a framework, and one of every four for the others. */
export const sampledByVersion = <T>(values: readonly T[], isLatest: boolean): readonly T[] =>
  isLatest ? values : values.filter((_, i) => i % 4 === 0);

/** Returns one of every `step` values, beginning with another one for each `start`. With --all it returns three times as many. */
export const sampled = <T>(values: readonly T[], step: number, start = 0): readonly T[] => {
  const every = runsEachCase ? 1 : runsAll ? Math.ceil(step / 3) : step;
  return values.filter((_, i) => i % every === start % every);
};

/** Returns all values with --all, as for the recorded answers of oso, and otherwise one of every `step`. */
export const sampledUnlessAll = <T>(values: readonly T[], step: number, start = 0): readonly T[] =>
  runsAll ? values : sampled(values, step, start);

/** The pages whose examples run although they have not changed: one for each framework, and the pages that most readers open first. */
export const sampledPages = [
  'README.md',
  'docs/guides/getting-started.md',
  'docs/guides/express/getting-started.md',
  'docs/guides/fastify/getting-started.md',
  'docs/guides/hono/getting-started.md',
  'docs/guides/koa/getting-started.md',
  'docs/guides/nestjs/getting-started.md',
  'docs/guides/policies/language.md',
  'docs/guides/filtering/lists.md',
];

/** The browser in which the pages are tested. */
export const chromiumPath = CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Whether Neovim, with which the language server is tested, is installed. */
export const hasNeovim = (process.env.PATH ?? '')
  .split(delimiter)
  .some((folder) => existsSync(join(folder, 'nvim')));

const servers = {
  NANOOK_TEST_POSTGRES_URL: 'PostgreSQL',
  NANOOK_TEST_MARIADB_URL: 'MariaDB',
  NANOOK_TEST_NATS_URL: 'NATS',
};

/** Returns the parts that this run leaves out, one sentence for each. */
export function leftOut(): string[] {
  const parts = runsAll
    ? []
    : [
        'the engines `machine` and `closures` in the tests of the language, which run on `source`',
        'the engine `machine`, and two of three cases, in the corpus of the dialect oso',
        '19 of 20 cases of the corpus in the comparisons of engines and in the debugger, nine of ten through `@nanook/oso`; all run on the default engine',
        'most combinations of declarations and kinds of rows, of which each declaration and each kind has one',
        'half of the hostile policies, and three of four hostile texts in the filters; two of three odd values and endless rules, on every engine',
        'two of three rows in the comparison of relations, two of three foreign errors beside failed checks, and a type with 1,500 rules',
        'the calls that the types of `nanook typegen` accept and refuse',
        'eleven of twelve combinations of libraries and data, and the second seed, in the benchmark scenarios; two of three clients of the benchmark of lists',
        'all but one of the holes of tests, and the mutants of GitClub; two of three dates at the ends of columns, three of four conditions about NULL',
        'Nest 11, Express 4, Koa 2 and the oldest ORMs in the tests of the adapters, which run on the latest versions',
        'the test files that take longest, which tools/test-files.ts lists: mutants, migrations, the protocol of the language server, the edges of columns on each ORM, other copies of Express; mixed and hostile rows, repeated promises, and chains of thousands of rules on each engine',
        'the tests of the playground and the explorer in Chromium',
        'the VSIX of the extension for Visual Studio Code, which is built, opened and started',
      ];
  if (!runsEachCase)
    parts.push(
      `${Math.round((1 - times) * 100)} % of the random cases, and ${runsAll ? 'most of the cases of some' : 'most cases of'} long lists, such as hostile rows and policies: run them with NANOOK_TEST_TIMES=1`,
    );
  for (const [variable, name] of Object.entries(servers))
    if (!process.env[variable]) parts.push(`the tests on a ${name} server: ${variable} is not set`);
  if (!hasNeovim) parts.push('the test of the language server in Neovim: there is no `nvim` on the PATH');
  if (runsAll && !existsSync(chromiumPath))
    parts.push(
      `the tests of the playground in a browser: there is no Chromium at ${chromiumPath}; set CHROMIUM_PATH`,
    );
  return parts;
}
