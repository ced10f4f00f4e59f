import pg from 'pg';
import { statements } from './world.ts';
import { emptyPglite } from '../../../../tools/empty-pglite.ts';

export type Row = Readonly<Record<string, unknown>>;

/** A PostgreSQL with the tables of the lists. */
export interface Database {
  /** The version that the database reports. */
  readonly version: string;
  readonly rows: number;
  query(text: string, values: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** Opens the server that `NANOOK_TEST_POSTGRES_URL` names; without one, PGlite with fewer rows. */
export async function openDatabase(quick: boolean): Promise<Database> {
  const url = process.env['NANOOK_TEST_POSTGRES_URL'];
  const opened = url ? await server(url, quick ? 100_000 : 1_000_000) : await embedded(100_000);
  try {
    for (const statement of statements(opened.rows)) await opened.query(statement, []);
    const [row] = await opened.query('SELECT version()', []);
    return { ...opened, version: (row!['version'] as string).split(' on ')[0]! };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function embedded(rows: number): Promise<Omit<Database, 'version'>> {
  const db = await emptyPglite();
  return {
    rows,
    query: async (text, values) => (await db.query<Row>(text, [...values])).rows,
    close: () => db.close(),
  };
}

/** Creates a database of its own on a server. It is dropped at the end. */
async function server(url: string, rows: number): Promise<Omit<Database, 'version'>> {
  const name = `nanook_lists_${process.pid}`;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: own.href });
  await client.connect();
  return {
    rows,
    query: async (text, values) => (await client.query<Row>(text, [...values])).rows,
    close: async () => {
      await client.end();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}
