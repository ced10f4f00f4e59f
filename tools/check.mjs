// Runs all steps of `npm test`, even if earlier steps fail. Steps that need the build are skipped if the build fails. Prints the output
// of failed steps. The last line, `N passed, N failed`, counts the tests and the steps.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { publicPackages, tarballOf } from './pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'nanook-check-')));
const tarballs = join(scratch, 'tarballs');
const countsFile = join(scratch, 'counts.json');
const bin = join(root, 'node_modules/.bin');
const env = { ...process.env, PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}` };

let passed = 0;
const failed = [];

/** Makes a step from its name and its command: a file and arguments. */
const step = (name, ...command) => ({ name, command });
const script = (name, task) => step(name, 'pnpm', '--silent', 'run', task);

function run({ name, command: [file, ...args] }, { live = false } = {}) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...env, NANOOK_TEST_COUNTS: countsFile },
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

/** Counts steps as failed because an earlier step failed. */
function skip(steps, why) {
  for (const { name } of steps) {
    console.log(`✗ ${name} (skipped: ${why})`);
    failed.push(name);
  }
}

async function tests() {
  const ok = await run(step('tests', 'vitest', 'run'), { live: true });
  const counts = existsSync(countsFile)
    ? JSON.parse(readFileSync(countsFile, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0 };
  passed += counts.passed;
  for (let i = 0; i < counts.failed; i++) failed.push('a test (above)');
  if (!ok && counts.failed === 0) failed.push('tests: the run itself');
  return counts;
}

const build = [script('build', 'x:build')];
const sources = [
  script('types', 'x:types'),
  script('lint', 'x:lint'),
  script('boundaries', 'x:boundaries'),
  script('format', 'x:format:check'),
  script('prose', 'x:prose'),
  script('spelling', 'x:spelling'),
  step('reference', process.execPath, 'tools/reference.mjs', '--check'),
];
const pack = [step('pack', process.execPath, 'tools/pack.mjs', tarballs)];
const packages = [
  ...publicPackages.flatMap((manifest) => [
    step(`publint ${manifest.name}`, 'publint', '--strict', tarballOf(manifest, tarballs)),
    step(
      `attw ${manifest.name}`,
      'attw',
      tarballOf(manifest, tarballs),
      // A command has no entry for CommonJS.
      ...(manifest.bin ? ['--profile', 'esm-only'] : []),
    ),
  ]),
  step('smoke test of the packages', process.execPath, 'tools/smoke.mjs', tarballs),
];
const docs = [
  script('bundle sizes', 'x:sizes'),
  step('examples in the docs', process.execPath, 'tools/docs-examples.mjs'),
  ...['express', 'koa', 'nestjs'].map((name) =>
    step(`demo on ${name}`, process.execPath, 'tools/demo.mjs', '--framework', name),
  ),
];

let skipped = 0;
try {
  await all([...build, ...sources]);
  if (failed.includes('build')) {
    skip([...pack, ...docs, ...packages], 'the build failed');
  } else {
    await all([...pack, ...docs]);
    if (failed.includes('pack')) skip(packages, 'packing failed');
    else await all(packages);
  }
  skipped = (await tests()).skipped;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

if (skipped > 0) console.log(`\n${skipped} tests skipped`);
if (failed.length > 0) {
  const count = Map.groupBy(failed, (name) => name);
  console.log(
    `\nFailed:\n${[...count].map(([name, { length }]) => `  ${name}${length > 1 ? ` × ${length}` : ''}`).join('\n')}`,
  );
}
console.log(`\n${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 ? 1 : 0;
