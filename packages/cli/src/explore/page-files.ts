import { readdir, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors/usage-error.js';

export interface PageFile {
  readonly type: string;
  readonly content: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** The built page is next to the built command. From the sources, too, it is in `dist`. */
const builtFolders: readonly string[] = ['./explorer/', '../../dist/explorer/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Reads the files of the page, by their paths. A request gets one of them or nothing, so that no path leads to another file.
 *
 * @throws {UsageError} when the page is not built
 */
export async function readPageFiles(folders = builtFolders): Promise<ReadonlyMap<string, PageFile>> {
  const folder = folders.find((each) => existsSync(join(each, 'explorer.html')));
  if (folder === undefined)
    throw new UsageError(
      'the page of the explorer is not built; in the repository of Nanook, run: npm run build',
    );
  const names = await readdir(folder, { recursive: true });
  const files = names.flatMap((name) => {
    const type = types[extname(name)];
    return type === undefined ? [] : [{ name: name.replaceAll('\\', '/'), type }];
  });
  const contents = await Promise.all(files.map(({ name }) => readFile(join(folder, name))));
  return new Map(files.map(({ name, type }, i) => [pathOf(name), { type, content: contents[i]! }]));
}

const pathOf = (name: string): string => (name === 'explorer.html' ? '/' : `/${name}`);
