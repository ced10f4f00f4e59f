// Tries the packages as a user gets them: packs them (or takes a folder of tarballs: `node tools/smoke.mjs <folder>`),
// installs the tarballs without a network in a folder outside this repository, and starts four consumers on
// SYSTEM_NODE, the machine's own Node: an ES module, a CommonJS module, a CommonJS test under Jest (these three run
// tools/smoke/checks.cjs), and a NestJS application in TypeScript with `"module": "commonjs"`, under Jest.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAll, publicPackages, tarballOf } from './pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.env.SYSTEM_NODE ?? process.execPath;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nanook-smoke-')));
// Peer dependencies that the consumers use, lent by this workspace; Jest and its parts are found from here as well. None of the
// optional ones of Nest is among them but that for tests: an application for HTTP goes without.
const nest = ['common', 'core', 'platform-express', 'testing'].map((name) => `@nestjs/${name}`);
const lent = ['express', 'koa', 'reflect-metadata', 'rxjs', ...nest];
// Nest 12 is made of ES modules, which Jest requires on no Node before 24.9: under Jest it is Nest 11, and with messages.
const lentByNest11 = ['reflect-metadata', 'rxjs', ...nest, '@nestjs/microservices'];

// For the application in TypeScript, with the compiler that Nest's schematics 10 and 11 install.
const lentForTypes = ['@types/node', 'typescript'];

function lend(names, from) {
  for (const name of names) {
    const place = join(folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    rmSync(place, { force: true, recursive: true });
    symlinkSync(join(root, from, 'node_modules', name), place, 'junction');
  }
}

function run(title, file, args) {
  const { status, error, stdout, stderr } = spawnSync(file, args, { cwd: folder, encoding: 'utf8' });
  const ok = status === 0;
  console.log(`${ok ? '✓' : '✗'} ${title}`);
  if (!ok) console.error([error?.message, stdout, stderr].filter(Boolean).join('\n'));
  return ok;
}

/** `@nanook/core`, `@nanook/core/syntax` …: everything in a package's exports. */
const entriesOf = ({ name, exports }) =>
  Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1));

let ok = true;
try {
  const tarballs = process.argv[2] ?? join(folder, 'tarballs');
  if (!process.argv[2]) packAll(tarballs);

  cpSync(join(root, 'tools/smoke'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  writeFileSync(join(folder, 'entries.json'), JSON.stringify(publicPackages.flatMap(entriesOf)));
  const files = publicPackages.map((manifest) => tarballOf(manifest, tarballs));
  const quiet = ['--offline', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  ok = run('install the tarballs', 'npm', ['install', ...quiet, ...files]);

  if (ok) {
    const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
    lend(lent, '.');
    const plain = (title, file, what) => run(title, node, ['--throw-deprecation', file, what]);
    const results = [plain('ES module', 'esm.mjs', 'checks'), plain('CommonJS', 'cjs.cjs', 'checks')];
    lend(['@nestjs/microservices'], '.');
    results.push(
      plain('ES module, messages', 'esm.mjs', 'checkMessages'),
      plain('CommonJS, messages', 'cjs.cjs', 'checkMessages'),
    );
    lend(lentByNest11, 'packages/compat-nest11');
    const underJest = (title, test) =>
      run(title, node, [jest, '--rootDir', folder, '--config', 'jest.config.json', '--runTestsByPath', test]);
    results.push(underJest('CommonJS under Jest', 'jest.test.cjs'));
    lend(lentForTypes, 'packages/compat-nest11');
    const compiler = join(folder, 'node_modules/typescript/bin/tsc');
    results.push(
      run('NestJS in TypeScript, module commonjs: types', node, [compiler, '-p', 'nest-commonjs']),
      underJest('NestJS in TypeScript, module commonjs: Jest', 'nest-commonjs/dist/app.spec.js'),
    );
    ok = results.every(Boolean);
    console.log(`on Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = ok ? 0 : 1;
