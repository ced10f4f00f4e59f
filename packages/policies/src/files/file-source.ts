import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { NamedPolicy } from '@nanook/core';
import { watch } from 'chokidar';
import { sha256 } from '../source/content-tag.js';
import type { PolicySource } from '../source/policy-source.js';

/** The time after a change at which the files are read once more. */
const settledMs = 100;

const isPolicyFile = (path: string): boolean => path.endsWith('.polar');

/**
 * A source in the file system: a bundle, a policy file, or a folder whose `.polar` files are the policy, in the order of their names. Replace a file
 * by a rename, so that no process reads a half-written one. Needs `chokidar`.
 *
 * @example
 * await followPolicies(authorizer, fileSource('/etc/app/policy.bundle'), { keys: publicKey });
 */
export function fileSource(path: string): PolicySource {
  return {
    name: path,
    read: async (knownTag) => {
      const content = await contentOf(path);
      if (content === undefined) return undefined;
      const tag = sha256(JSON.stringify(content));
      return tag === knownTag ? 'unchanged' : { content, tag };
    },
    watch: async (listener) => {
      // The folder is watched, because a rename replaces the file itself.
      const isFolder = await isDirectory(path);
      const watcher = watch(isFolder ? path : dirname(path), {
        ignoreInitial: true,
        ...(isFolder ? {} : { depth: 0 }),
      });
      // Kubernetes replaces a folder by a change of a link next to the file, so each change in the folder counts.
      let timer: NodeJS.Timeout | undefined;
      watcher.on('all', () => {
        listener.changed();
        // chokidar reports changes that follow each other within milliseconds once.
        clearTimeout(timer);
        timer = setTimeout(() => listener.changed(), settledMs);
        timer.unref();
      });
      watcher.on('error', (error) => listener.lost(error));
      await new Promise<void>((resolve) => void watcher.once('ready', () => resolve()));
      return () => {
        clearTimeout(timer);
        return watcher.close();
      };
    },
  };
}

/** Returns the bundle or the policies at a path; undefined if nothing is there. */
async function contentOf(path: string): Promise<string | readonly NamedPolicy[] | undefined> {
  if (await isDirectory(path)) {
    const entries = await readdir(path, { recursive: true });
    const names = entries.filter(isPolicyFile).sort();
    return names.length === 0
      ? undefined
      : Promise.all(names.map((name) => readPolicy(join(path, name), name)));
  }
  try {
    return isPolicyFile(path) ? [await readPolicy(path, basename(path))] : await readText(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const readPolicy = async (path: string, name: string): Promise<NamedPolicy> => ({
  name,
  source: await readText(path),
});

async function readText(path: string): Promise<string> {
  return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOENT';
