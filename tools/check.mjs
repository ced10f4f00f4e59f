// Runs the steps of `npm test`, even if earlier steps fail: the quick checks and tests, or with --all everything. tools/test-scope.ts
// decides which tests run. Steps that need another step are skipped if it fails, and count as failed. Prints the output of failed steps,
// and at the end the parts that were left out. The last line, `N passed, N failed`, counts the tests and the steps.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { publicPackages, tarballOf } from './pack.mjs';

// test-scope.ts and the child processes read this variable.
if (process.argv.slice(2).includes('--all')) process.env.NANOOK_TEST_ALL = 'true';
const { leftOut, runsAll } = await import('./test-scope.ts');

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'nanook-check-')));
const tarballs = join(scratch, 'tarballs');
const resultsFile = join(scratch, 'results.json');
const env = {
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
  NANOOK_TEST_RESULTS: resultsFile,
  // Hundreds of processes load the same packages.
  NODE_COMPILE_CACHE: join(scratch, 'compiled'),
};

let passed = 0;
const failed = [];

/** Makes a step from its name and its command: a file and arguments. */
const step = (name, ...command) => ({ name, command });
const tool = (name, file, ...args) => step(name, process.execPath, `tools/${file}`, ...args);

function run({ name, command: [file, ...args] }, { live = false } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env,
      stdio: live ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    const end = (ok, more = '') => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`${ok ? '✓' : '✗'} ${name} (${seconds} s)`);
      if (!ok && output + more) console.log(`${output}${more}`.trimEnd().replace(/^/gm, '  '));
      resolve(ok);
    };
    child.on('error', (error) => end(false, error.message));
    child.on('close', (code) => end(code === 0));
  });
}

/** Runs up to four steps in parallel, and counts the results. */
async function all(steps) {
  const queue = [...steps];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      if (await run(next)) passed++;
      else failed.push(next.name);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
}

/** Runs the steps that need a step, or counts them as failed if it failed. */
async function allAfter(needed, steps) {
  if (!failed.includes(needed)) return all(steps);
  for (const { name } of steps) {
    console.log(`✗ ${name} (skipped: the step \`${needed}\` failed)`);
    failed.push(name);
  }
}

/** Runs the tests, and returns the number of skipped ones. */
async function tests() {
  const ok = await run(step('tests', 'vitest', 'run'), { live: true });
  const results = existsSync(resultsFile)
    ? JSON.parse(readFileSync(resultsFile, 'utf8'))
    : { passed: 0, failures: [], skipped: 0 };
  passed += results.passed;
  failed.push(...results.failures);
  if (!ok && results.failures.length === 0) failed.push('tests: the run itself');
  return results.skipped;
}

const sources = [
  // The type checker of oxlint is that of TypeScript 7. With --all, TypeScript 6 checks the types, too. Both check the type tests.
  // The consumers in tools/smoke have types only when the packages are installed there.
  step(
    'types and lint',
    'oxlint',
    '--type-check',
    '--ignore-pattern',
    'tools/smoke/**',
    '--ignore-pattern',
    'packages/site/**',
  ),
  // The documentation site, too, has dependencies of its own.
  step('lint without types', 'oxlint', 'tools/smoke', 'packages/site'),
  tool('boundaries', 'boundaries.mjs'),
  step('format', 'oxfmt', '--check'),
  tool('prose', 'prose.mjs'),
];

const build = (...options) => ['pnpm', '--recursive', ...options, '--reporter=append-only', 'run', 'build'];

const quick = {
  // Builds only the code that the examples in the docs import.
  build: [
    step(
      'build',
      ...build('--filter', '!@nanook/playground', '--filter', '!nanook-vscode'),
      '--no-dts',
      '--format',
      'esm',
    ),
  ],
  docs: [tool('examples in the docs', 'docs-examples.mjs', '--sample')],
};

const whole = {
  build: [step('build', ...build())],
  sources: [
    step('types', 'tsc', '-p', 'tsconfig.json'),
    step('types of the playground', 'tsc', '-p', 'packages/playground'),
    step('types of GitClub in the browser', 'tsc', '-p', 'examples/gitclub-web'),
    // The documentation site shows these pages.
    tool('reference', 'reference.mjs', '--markdown', 'packages/site/api'),
    tool('spelling', 'spelling.mjs'),
  ],
  pack: [tool('pack', 'pack.mjs', tarballs)],
  docs: [
    tool('examples in the docs', 'docs-examples.mjs'),
    step('bundle sizes', process.execPath, 'packages/bench/src/check-sizes.ts'),
    tool('documentation site', 'site.mjs', '--check'),
    ...['express', 'fastify', 'hono', 'koa', 'nestjs'].map((name) =>
      tool(`demo on ${name}`, 'demo.mjs', '--framework', name),
    ),
  ],
  packages: [
    ...publicPackages.flatMap((manifest) => [
      step(`publint ${manifest.name}`, 'publint', '--strict', tarballOf(manifest, tarballs)),
      step(
        `attw ${manifest.name}`,
        'attw',
        tarballOf(manifest, tarballs),
        // A command has no entry for CommonJS, and neither has the analysis for editors.
        ...(manifest.bin || !hasCommonJs(manifest) ? ['--profile', 'esm-only'] : []),
      ),
    ]),
    tool('smoke test of the packages', 'smoke.mjs', tarballs),
    tool('installs next to the ORMs', 'installs.mjs', tarballs),
  ],
};

/** Returns whether a package can be loaded by `require`. */
function hasCommonJs({ exports }) {
  return JSON.stringify(exports).includes('"require"');
}

let skipped = 0;
try {
  // Alone, because it replaces files in dist/ that other steps read.
  await all(runsAll ? whole.build : quick.build);
  if (runsAll) {
    await all([...sources, ...whole.sources]);
    await allAfter('build', [...whole.pack, ...whole.docs]);
    await allAfter(failed.includes('build') ? 'build' : 'pack', whole.packages);
  } else {
    await all(sources);
    await allAfter('build', quick.docs);
  }
  skipped = await tests();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

const left = leftOut();
if (!runsAll) {
  left.push(
    'the steps `types` with TypeScript 6, `reference` and `spelling`, the build of declarations and CommonJS',
    'the examples of pages that have not changed, except a sample; the demos; the bundle sizes; the documentation site',
    'the checks of the packed packages: publint, attw, the smoke test on the Node of the user, and the installs next to the ORMs',
  );
}
const list = (title, lines) => console.log(`\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}`);
if (left.length > 0) list('Left out:', left);
if (!runsAll) console.log('Run everything with: npm test -- --all');
if (skipped > 0) console.log(`\n${skipped} tests skipped`);
if (failed.length > 0) list('Failed:', failed);
console.log(`\n${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
