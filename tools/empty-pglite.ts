import { PGlite, type Extensions } from '@electric-sql/pglite';
import { existsSync, linkSync, mkdirSync, openAsBlob, unlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const manifest = join(dirname(require.resolve('@electric-sql/pglite')), '../package.json');
const { version } = require(manifest) as { version: string };
const folder = fileURLToPath(new URL('../.pglite/', import.meta.url));
const template = `${folder}empty-${version}.tar`;

/** Returns a new empty PGlite. Copies the files of an empty one, because making them takes seconds. */
export async function emptyPglite(extensions: Extensions = {}): Promise<PGlite> {
  if (!existsSync(template)) await writeTemplate();
  return PGlite.create({ loadDataDir: await openAsBlob(template), extensions });
}

/** Writes the files of an empty PGlite. Other processes see no file before it is complete. */
async function writeTemplate(): Promise<void> {
  const db = await PGlite.create();
  const files = await db.dumpDataDir('none');
  await db.close();
  mkdirSync(folder, { recursive: true });
  const own = `${template}.${process.pid}`;
  writeFileSync(own, new Uint8Array(await files.arrayBuffer()));
  try {
    // Unlike a rename, a link leaves a file alone that another process has written, and may be reading.
    linkSync(own, template);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(own);
  }
}
