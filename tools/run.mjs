// `npm test` and `npm run demo` from nothing but Node and npm: takes a newer Node from npm where this one is too old
// for the tools, gets pnpm, installs once from the lockfile, then runs the script `x:<task>` in that environment.
// SYSTEM_NODE names the Node that was started, so that the built packages are tried on it as well.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [task = 'check', ...rest] = process.argv.slice(2);
const { packageManager, devNode } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const newEnough = major > 22 || (major === 22 && minor >= 18);
// node-linux-* carries the binary itself; the package `node` fetches it in an install script.
const node = process.platform === 'linux' ? `node-linux-${process.arch}@${devNode}` : `node@${devNode}`;
const packages = [...(newEnough ? [] : [node]), packageManager].flatMap((name) => ['--package', name]);

// npm's own settings for this run must not leak into pnpm; the user's registry, proxy and CA settings may.
const env = { ...process.env, SYSTEM_NODE: process.env.SYSTEM_NODE ?? process.execPath };
const keep = /^npm_config_(.*registry|cafile|cache|userconfig|.*proxy|offline|ignore_scripts)$/i;
for (const key of Object.keys(env)) if (/^npm_/i.test(key) && !keep.test(key)) delete env[key];

// npx as a script of the npm that started us: arguments then reach it as they are, on Windows too.
const npm = process.env.npm_execpath ?? '';
const npxScript = join(dirname(npm), 'npx-cli.js');
const npx = npm.endsWith('npm-cli.js') && existsSync(npxScript) ? [process.execPath, npxScript] : ['npx'];

/** Runs one command, given as a list, inside the environment; ends this process when it fails. */
function inside(...command) {
  const [file, ...args] = [...npx, '--yes', ...packages, '--', ...command];
  const { status, error } = spawnSync(file, args, { cwd: root, env, stdio: 'inherit' });
  if (error) console.error(error.message);
  if (status !== 0) process.exit(status ?? 1);
}

const lock = createHash('sha256');
for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'])
  lock.update(readFileSync(join(root, file)));
const wanted = lock.digest('hex');
const stamp = join(root, 'node_modules/.installed');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  inside('pnpm', 'install', '--frozen-lockfile', '--prefer-offline');
  writeFileSync(stamp, wanted);
}
inside('pnpm', '--silent', 'run', `x:${task}`, ...rest);
