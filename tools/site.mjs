// Builds the documentation site, and serves it: `npm run site`. With --check, checks the built site instead: links, search, and pages in
// Chromium. packages/site has dependencies of its own, which this script installs when their lockfile has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './workspace.mjs';

const { values } = parseArgs({
  options: { check: { type: 'boolean' }, port: { type: 'string', default: '4321' } },
});
const folder = join(root, 'packages/site');
const env = { ...process.env, ASTRO_TELEMETRY_DISABLED: '1' };

function run(file, ...args) {
  const { status, error } = spawnSync(file, args, {
    cwd: folder,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

const stamp = join(folder, 'node_modules/.installed');
const lock = createHash('sha256')
  .update(readFileSync(join(folder, 'pnpm-lock.yaml')))
  .digest('hex');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  run('pnpm', 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only');
  writeFileSync(stamp, lock);
}
const api = join(folder, 'api');
if (!existsSync(api)) run(process.execPath, join(root, 'tools/reference.mjs'), '--markdown', api);
// With --force, because Astro would keep pages that refer to styles of an earlier configuration.
run(process.execPath, join(folder, 'node_modules/astro/bin/astro.mjs'), 'build', '--force', '--silent');
if (values.check) {
  run(process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', folder);
  run(process.execPath, 'src/check/main.ts');
} else run(process.execPath, 'src/check/serve-forever.ts', values.port);
