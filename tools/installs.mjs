// Checks that npm installs @nanook/orm next to each ORM that its peer ranges name, on the oldest and on the latest version:
// `node tools/installs.mjs <folder of tarballs>`. npm resolves the tarballs as for a user. Its registry is a server in this process, which
// answers with the manifests of the packages that this workspace has installed, so the check needs no network.

// cspell:ignore ERESOLVE

import { spawn } from 'node:child_process';
import { globSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packAll, publicPackages, tarballOf } from './pack.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nanook-installs-')));
const manifestIn = (place) => JSON.parse(readFileSync(join(root, place, 'package.json'), 'utf8'));

/** The installed manifests, by name and version. */
const installed = new Map();
const add = (manifest) => {
  const versions = installed.get(manifest.name) ?? {};
  installed.set(manifest.name, { ...versions, [manifest.version]: manifest });
};
for (const pattern of ['*', '@*/*'])
  for (const file of globSync(`node_modules/.pnpm/*/node_modules/${pattern}/package.json`, { cwd: root }))
    add(JSON.parse(readFileSync(join(root, file), 'utf8')));

// A version that no range accepts shows that the check can fail.
const refused = { name: 'kysely', version: '0.1.0' };
add(refused);

/** Returns the peers of a package that are installed here. The registry of this test does not have others, such as drivers of other databases. */
const knownPeers = ({ peerDependencies = {} }) =>
  Object.fromEntries(Object.entries(peerDependencies).filter(([name]) => installed.has(name)));

const registry = createServer((request, response) => {
  const name = decodeURIComponent(request.url.slice(1));
  const versions = installed.get(name);
  if (versions === undefined) return response.writeHead(404).end('{}');
  const { port } = registry.address();
  const described = Object.entries(versions).map(([version, manifest]) => [
    version,
    {
      ...manifest,
      peerDependencies: knownPeers(manifest),
      dist: { tarball: `http://127.0.0.1:${port}/${name}/-/${version}.tgz` },
    },
  ]);
  const latest = Object.keys(versions).at(-1);
  return response.end(
    JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(described) }),
  );
});

/** Resolves the tarballs beside dependencies, and returns the output of npm if it fails. */
function errorOf(title, dependencies, tarballs) {
  const place = join(folder, title);
  mkdirSync(place);
  const manifest = { name: 'consumer', private: true, dependencies: { ...dependencies, ...tarballs } };
  writeFileSync(join(place, 'package.json'), JSON.stringify(manifest));
  const url = `http://127.0.0.1:${registry.address().port}/`;
  const args = [
    'install',
    '--package-lock-only',
    '--no-audit',
    '--no-fund',
    '--cache',
    join(folder, 'cache'),
  ];
  const npm = spawn('npm', [...args, '--registry', url], { cwd: place, shell: process.platform === 'win32' });
  let output = '';
  npm.stderr.on('data', (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    npm.on('error', reject);
    npm.on('close', (code) => resolve(code === 0 ? undefined : output));
  });
}

const peers = Object.keys(manifestIn('packages/orm').peerDependencies);
const installedBy = (place, names = peers) =>
  Object.fromEntries(
    names
      .filter((name) => name in manifestIn(place).devDependencies)
      .map((name) => [name.replace(/-\d.*/, ''), manifestIn(join(place, 'node_modules', name)).version]),
  );

let ok = true;
const report = (isRight, title, details) => {
  ok = isRight && ok;
  console.log(`${isRight ? '✓' : '✗'} ${title}`);
  if (!isRight) console.error(details);
};
try {
  const tarballs = process.argv[2] ?? join(folder, 'tarballs');
  if (!process.argv[2]) packAll(tarballs);
  const packed = Object.fromEntries(
    publicPackages
      .filter(({ name }) => name === '@nanook/core' || name === '@nanook/orm')
      .map((manifest) => [manifest.name, `file:${tarballOf(manifest, tarballs)}`]),
  );
  await new Promise((resolve) => registry.listen(0, '127.0.0.1', resolve));
  const cases = [
    installedBy('packages/orm'),
    // One at a time, because old versions of two ORMs want different drivers.
    ...Object.entries(installedBy('packages/compat-orms')).map(([name, version]) => ({ [name]: version })),
    installedBy('packages/compat-orms', ['kysely-0.28']),
  ];
  for (const [i, versions] of cases.entries()) {
    // oxlint-disable-next-line no-await-in-loop -- npm uses all cores
    const error = await errorOf(`case-${i}`, versions, packed);
    const names = Object.entries(versions).map((version) => version.join('@'));
    report(error === undefined, `npm installs @nanook/orm next to ${names.join(', ')}`, error);
  }
  const error = await errorOf('refused', { [refused.name]: refused.version }, packed);
  report(error?.includes('ERESOLVE'), `npm refuses ${refused.name}@${refused.version} next to it`, error);
} finally {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = ok ? 0 : 1;
