import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors/usage-error.js';

const sources = /\.[cm]?[jt]sx?$/;
const skipped = new Set(['node_modules', 'dist', 'build', 'coverage']);

/**
 * Returns the JavaScript and TypeScript files, and each `package.json`, in folders and among named files. Folders of dependencies, of
 * build results, and those whose name begins with a dot are left out, and so are symbolic links.
 *
 * @throws {UsageError} when a path does not exist
 */
export async function sourceFiles(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const entry = await stat(path).catch(() => undefined);
    if (entry === undefined) throw new UsageError(`${path} does not exist`);
    if (entry.isDirectory()) await addFolder(path, found);
    else found.push(path);
  }
  return [...new Set(found)];
}

async function addFolder(folder: string, found: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name) && !entry.name.startsWith('.')) await addFolder(path, found);
    } else if (entry.isFile() && (entry.name === 'package.json' || sources.test(entry.name)))
      found.push(path);
  }
}
