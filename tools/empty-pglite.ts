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

/** The instances of this process that are empty and not in use. */
const unused: PGlite[] = [];

/** Returns an empty PGlite that an earlier test may have used, because opening one takes half a second. The test gives it back. */
export const borrowPglite = async (): Promise<PGlite> => unused.pop() ?? emptyPglite();

/** Empties a PGlite for the next test. Closes it instead if a test has changed more than schemas and the settings of its session. */
export async function giveBackPglite(db: PGlite): Promise<void> {
  await db.exec('DISCARD ALL');
  // PostgreSQL gives its own objects smaller numbers.
  const { rows } = await db.query<{ others: number }>(`
    SELECT (SELECT count(*) FROM pg_roles WHERE oid >= 16384)
      + (SELECT count(*) FROM pg_extension WHERE oid >= 16384)
      + (SELECT count(*) FROM pg_db_role_setting) AS others`);
  if (Number(rows[0]!.others) > 0) return db.close();
  await db.exec(`
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP;
    END $$;
    CREATE SCHEMA public;
    GRANT USAGE ON SCHEMA public TO PUBLIC`);
  unused.push(db);
  return undefined;
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
