// Tests the packages as users install them: packs them (or uses a folder of tarballs: `node tools/smoke.mjs <folder>`), installs the
// tarballs without a network in a folder outside this repository, and starts the command `nanook` and four consumers on SYSTEM_NODE, the
// Node of the user: an ES module, a CommonJS module, a CommonJS test under Jest (these three run tools/smoke/checks.cjs), and a NestJS
// application in TypeScript with `"module": "commonjs"`, under Jest. It also compiles calls with the types of `nanook typegen`, as ES
// modules and CommonJS, and handlers of each framework with the types of its adapter.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAll, publicPackages, tarballOf } from './pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.env.SYSTEM_NODE ?? process.execPath;
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nanook-smoke-')));
// The peer dependencies of the consumers are links into this workspace, as is Jest. An HTTP application needs none of the optional peers
// of Nest, so only the one for tests is here.
const nest = ['common', 'core', 'platform-express', 'testing'].map((name) => `@nestjs/${name}`);
const lent = ['express', 'fastify', 'hono', 'koa', 'react', 'reflect-metadata', 'rxjs', ...nest];
// Nest 12 consists of ES modules, which Jest cannot require on Node before 24.9. So Jest runs Nest 11, also with messages.
const lentByNest11 = ['reflect-metadata', 'rxjs', ...nest, '@nestjs/microservices'];

// For the application in TypeScript, with the compiler that the schematics of Nest 10 and 11 install.
const lentForTypes = ['@types/node', 'typescript'];
const typesOfFrameworks = ['@types/express', '@types/koa'];

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

/** Returns the entry points of a package for both kinds of modules: `@nanook/core`, `@nanook/core/syntax` and so on. */
const entriesOf = ({ name, exports }) =>
  Object.entries(exports)
    // An entry of CommonJS serves both kinds of modules.
    .filter(([, target]) => target.require ?? target.node?.require ?? target.default?.endsWith('.cjs'))
    .map(([path]) => name + path.slice(1));

/** The packages of the registry that a package needs. The folder has no network to install them. */
const foreignOf = ({ dependencies = {} }) =>
  Object.keys(dependencies).filter((name) => !name.startsWith('@nanook/'));

/** Unpacks a tarball where npm would install it, and links the packages that it needs. */
function unpack(manifest, tarballs) {
  const place = join('node_modules', manifest.name);
  mkdirSync(join(folder, place), { recursive: true });
  lend(foreignOf(manifest), join('packages', manifest.name.slice('@nanook/'.length)));
  const file = tarballOf(manifest, tarballs);
  return run(`unpack ${manifest.name}`, 'tar', ['-xzf', file, '--strip-components=1', '-C', place]);
}

/** Checks that the declarations of @nanook/oso name no other package, so that they compile with every version of TypeScript that oso supports. */
function areOwnDeclarations() {
  const place = join(folder, 'node_modules/@nanook/oso/dist');
  const declarations = readdirSync(place, { recursive: true }).filter((file) => file.endsWith('.d.cts'));
  const foreign = declarations.filter((file) =>
    readFileSync(join(place, file), 'utf8').includes('@nanook/core'),
  );
  const ok = declarations.length > 0 && foreign.length === 0;
  console.log(`${ok ? '✓' : '✗'} the declarations of @nanook/oso name no other package`);
  if (!ok)
    console.error(
      `${declarations.length} declarations, of which these name @nanook/core: ${foreign.join(', ')}`,
    );
  return ok;
}

let ok = true;
try {
  const tarballs = process.argv[2] ?? join(folder, 'tarballs');
  if (!process.argv[2]) packAll(tarballs);

  cpSync(join(root, 'tools/smoke'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true }));
  writeFileSync(join(folder, 'entries.json'), JSON.stringify(publicPackages.flatMap(entriesOf)));
  const needy = publicPackages.filter((manifest) => foreignOf(manifest).length > 0);
  const files = publicPackages
    .filter((manifest) => !needy.includes(manifest))
    .map((manifest) => tarballOf(manifest, tarballs));
  const quiet = ['--offline', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'];
  ok = run('install the tarballs', 'npm', ['install', ...quiet, ...files]);
  ok = needy.every((manifest) => unpack(manifest, tarballs)) && ok;

  if (ok) {
    const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
    lend(lent, '.');
    lend(['@opentelemetry/api'], 'packages/log');
    lend(['chokidar'], 'packages/policies');
    lend(['@grpc/grpc-js', '@grpc/proto-loader'], 'packages/server');
    lend(['@modelcontextprotocol/server'], 'packages/mcp');
    const orms = ['@mikro-orm/core', 'drizzle-orm', 'typeorm'];
    lend(['sequelize', ...orms], 'packages/orm');
    const plain = (title, file, what) => run(title, node, ['--throw-deprecation', file, what]);
    const results = [
      areOwnDeclarations(),
      run('the command nanook', node, ['node_modules/@nanook/cli/dist/bin.mjs', 'init']),
      run('the command nanook, check', node, ['node_modules/@nanook/cli/dist/bin.mjs', 'check']),
      run('the command nanook, explore', node, ['explore.mjs']),
      plain('ES module', 'esm.mjs', 'checks'),
      plain('CommonJS', 'cjs.cjs', 'checks'),
    ];
    lend(orms, 'packages/compat-orms');
    results.push(plain('ES module, with the oldest ORMs', 'esm.mjs', 'checks'));
    lend(orms, 'packages/orm');
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
    lend(typesOfFrameworks, '.');
    const compiler = join(folder, 'node_modules/typescript/bin/tsc');
    const typegen = (out) => ['node_modules/@nanook/cli/dist/bin.mjs', 'typegen', '--out', out];
    const strict = ['--noEmit', '--strict', '--skipLibCheck', '--types', 'node'];
    const calls = (ending, ...options) => [
      compiler,
      ...strict,
      ...options,
      `typed-policies/calls.${ending}`,
      `typed-policies/policy-types.d.${ending}`,
    ];
    results.push(
      run('the command nanook, typegen', node, typegen('typed-policies/policy-types.d.ts')),
      run('the command nanook, typegen for ES modules', node, typegen('typed-policies/policy-types.d.mts')),
      run('typed policies, module nodenext', node, calls('mts', '--module', 'nodenext')),
      run(
        'typed policies, also in the declarations of the packages',
        node,
        calls('mts', '--module', 'nodenext', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false'),
      ),
      run('typed policies, CommonJS in nodenext', node, calls('ts', '--module', 'nodenext')),
      run(
        'typed policies, module commonjs, old resolution',
        node,
        calls('ts', '--module', 'commonjs', '--moduleResolution', 'node10'),
      ),
      run(
        'typed policies, resolution of bundlers',
        node,
        calls('ts', '--module', 'esnext', '--moduleResolution', 'bundler'),
      ),
      run('handlers of each framework', node, [
        compiler,
        ...strict,
        '--module',
        'nodenext',
        'contexts/handlers.mts',
      ]),
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
