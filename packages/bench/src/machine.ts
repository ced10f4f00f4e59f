import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { dirname, join } from 'node:path';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly os: string;
  readonly node: string;
}

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()} ${arch()}`,
    node: `${process.versions.node}, V8 ${process.versions.v8}`,
  };
}

export const load = (): number => loadavg()[0]!;

const require = createRequire(import.meta.url);
const packages = [
  '@nanook/core',
  'oso',
  '@casl/ability',
  'casbin',
  '@cedar-policy/cedar-wasm',
  'accesscontrol',
];

/** Returns the version of each library, from its manifest. */
export function versions(): Record<string, string> {
  return Object.fromEntries(packages.map((name) => [name, versionOf(name)]));
}

/** Finds the folder of an installed package, even if the package does not export its manifest. */
export function folderOf(name: string): string {
  for (const base of require.resolve.paths(name) ?? []) {
    const folder = join(base, name);
    try {
      readFileSync(join(folder, 'package.json'));
      return folder;
    } catch {
      // Not in this folder.
    }
  }
  throw new Error(`${name} is not installed`);
}

/** Returns the version of an installed package, from its manifest. */
export function versionOf(name: string): string {
  const manifest = readFileSync(join(folderOf(name), 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** Returns the measured commit, marked if the sources were changed; `undefined` outside a clone. */
export function commit(): string | undefined {
  const cwd = dirname(new URL(import.meta.url).pathname);
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd, encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--', join(folderOf('@nanook/core'), 'src')) !== '';
    return `commit ${git('rev-parse', '--short=10', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return undefined;
  }
}
