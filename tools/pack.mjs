// Packs every public package into a folder: `node tools/pack.mjs <folder>`.
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The package.json of every package that is published. */
export const publicPackages = globSync('packages/*/package.json', { cwd: root })
  .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')))
  .filter((manifest) => !manifest.private);

/** The file that `packAll` writes for one package. */
export const tarballOf = ({ name, version }, folder) =>
  join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);

/** Packs the packages as `dist` holds them now, and replaces earlier tarballs; build first. */
export function packAll(folder) {
  mkdirSync(folder, { recursive: true });
  for (const old of globSync('nanook-*.tgz', { cwd: folder })) rmSync(join(folder, old));
  const only = publicPackages.flatMap(({ name }) => ['--filter', name]);
  execFileSync('pnpm', ['--recursive', ...only, 'pack', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? 'tarballs';
  packAll(folder);
  console.log(`Packed into ${folder}/:`);
  for (const manifest of publicPackages) console.log(`  ${tarballOf(manifest, '')}`);
}
