// Prepares this repository with only Node and npm installed: gets pnpm through npx (and a newer Node, if a task needs one), and
// installs the dependencies when the lockfile has changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const { packageManager, devNode } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 22 || (major === 22 && minor >= 18);
// node-linux-* contains the binary; the package `node` downloads it in an install script.
const newerNode = process.platform === 'linux' ? `node-linux-${process.arch}@${devNode}` : `node@${devNode}`;
/** The npm packages that provide pnpm and Node for the development tools. */
export const devTools = [...(isNewEnough ? [] : [newerNode]), packageManager];
/** The npm package that installs dependencies. It runs on every supported Node. */
export const installer = [packageManager];

// Removes the settings of this npm run, which pnpm must not read. Keeps the registry, proxy and CA settings of the user.
const env = { ...process.env, SYSTEM_NODE: process.env.SYSTEM_NODE ?? process.execPath };
const keep = /^npm_config_(.*registry|cafile|cache|userconfig|.*proxy|offline|ignore_scripts)$/i;
for (const key of Object.keys(env)) if (/^npm_/i.test(key) && !keep.test(key)) delete env[key];

// Runs npx as a script of the current npm, so that arguments are passed unchanged, also on Windows.
const npm = process.env.npm_execpath ?? '';
const npxScript = join(dirname(npm), 'npx-cli.js');
const npx = npm.endsWith('npm-cli.js') && existsSync(npxScript) ? [process.execPath, npxScript] : ['npx'];

/**
 * Runs one command with these npm packages on its path. If the command fails, ends this process with its exit code.
 *
 * @param command the file and its arguments
 * @param quiet prints the output of the command only if it fails
 */
export function run(packages, command, { quiet = false } = {}) {
  const [file, ...args] = [
    ...npx,
    '--yes',
    ...packages.flatMap((name) => ['--package', name]),
    '--',
    ...command,
  ];
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit';
  const { status, error, stdout, stderr } = spawnSync(file, args, {
    cwd: root,
    env,
    stdio,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return;
  if (quiet) process.stderr.write(Buffer.concat([stdout ?? Buffer.alloc(0), stderr ?? Buffer.alloc(0)]));
  if (error) console.error(error.message);
  process.exit(status ?? 1);
}

const install = ['pnpm', 'install', '--frozen-lockfile', '--prefer-offline'];
const everythingStamp = join(root, 'node_modules/.installed');
const exampleStamp = join(root, 'node_modules/.installed-examples');

/** Installs the dependencies of the whole workspace. */
export function installEverything(options) {
  if (contentOf(everythingStamp) === lockHash()) return;
  run(devTools, install, options);
  writeFileSync(everythingStamp, lockHash());
}

/**
 * Installs the dependencies that an example needs to run from the sources, about a tenth of the workspace. If the whole workspace is
 * installed, updates all of it instead.
 *
 * @param onInstall called before an installation
 */
export function installExample(name, onInstall) {
  const isFresh = !existsSync(join(root, 'node_modules'));
  if (existsSync(everythingStamp) || (!isFresh && !existsSync(exampleStamp))) {
    if (contentOf(everythingStamp) !== lockHash()) onInstall();
    installEverything({ quiet: true });
    return;
  }
  const [hash, ...installed] = contentOf(exampleStamp)?.split(' ') ?? [];
  if (hash === lockHash() && installed.includes(name)) return;
  onInstall();
  const names = [...new Set([...installed, name])];
  // Hoisted, because the sources of @nanook/nestjs import Nest, and only the example depends on it.
  const options = ['--prod', '--shamefully-hoist', ...names.flatMap((each) => ['--filter', `${each}...`])];
  run(installer, [...install, ...options], { quiet: true });
  writeFileSync(exampleStamp, [lockHash(), ...names].join(' '));
}

function lockHash() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

const contentOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : undefined);
