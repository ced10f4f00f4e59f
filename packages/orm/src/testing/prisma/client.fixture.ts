import { pathToFileURL } from 'node:url';
import type { PrismaProvider } from '../../prisma/prisma-options.js';
import type { DialectName } from '../../sql/dialect.js';
import type { Database } from '../databases.fixture.js';
import { columns, kindOf } from '../world.fixture.js';
import { clientFile } from './generate.fixture.js';

export const providerOf: Record<DialectName, PrismaProvider> = {
  postgres: 'postgresql',
  mysql: 'mysql',
  sqlite: 'sqlite',
};

interface FindMany {
  readonly where: object;
  readonly select?: object;
  readonly orderBy?: object;
  readonly take?: number;
  readonly skip?: number;
}
interface Model {
  findMany(query: FindMany): Promise<readonly { readonly id: number }[]>;
  count(query: { readonly where: object }): Promise<number>;
}
export interface TestClient {
  readonly [model: string]: Model;
  readonly document: Model;
}
export interface TestPrisma {
  readonly client: TestClient;
  readonly queries: string[];
}

interface PrismaQuery {
  readonly sql: string;
  readonly args: readonly unknown[];
  readonly argTypes: readonly { readonly scalarType: string }[];
}

/** The numbers that Prisma has for the types of columns. */
const columnTypes = { integer: 0, float: 3, boolean: 5, text: 7 } as const;
/** The type of each column by its name, which is the same in all tables. Counts are whole numbers. */
const typeOf = new Map(
  Object.values(columns).flatMap((table) =>
    Object.entries(table).map(([name, kind]) => [name, columnTypes[kindOf(kind)]] as const),
  ),
);

/** Runs the queries of a generated Prisma client on a database of the tests. */
export async function prismaOn(database: Database): Promise<TestPrisma> {
  // The relation of Prisma that names no model for its join table has columns of fixed names.
  const quote = database.dialect === 'mysql' ? '`' : '"';
  const [a, b] = ['A', 'B'].map((name) => quote + name + quote);
  await database.query(
    `CREATE VIEW ${quote}_tags${quote} AS SELECT document_id AS ${a}, tag_id AS ${b} FROM document_tags`,
    [],
  );
  const { PrismaClient } = (await import(pathToFileURL(clientFile(providerOf[database.dialect])).href)) as {
    PrismaClient: new (options: object) => TestClient;
  };
  const queries: string[] = [];
  const info = { provider: database.dialect, adapterName: 'nanook-tests' };
  const adapter = {
    ...info,
    async queryRaw({ sql, args, argTypes }: PrismaQuery) {
      queries.push(sql);
      // Prisma passes whole numbers as texts, which MariaDB refuses in LIMIT.
      const isWhole = argTypes.map(({ scalarType }) => scalarType === 'int' || scalarType === 'bigint');
      const values = args.map((arg, i) => (isWhole[i] && arg !== null ? Number(arg) : arg));
      const rows = await database.query(sql, values);
      const columnNames = Object.keys(rows[0] ?? {});
      const types = columnNames.map((name) => typeOf.get(name) ?? columnTypes.integer);
      return {
        columnNames,
        columnTypes: types,
        rows: rows.map((row) => columnNames.map((name, i) => valueOf(row[name], types[i]!))),
      };
    },
    dispose: async () => {},
  };
  return { client: new PrismaClient({ adapter: { ...info, connect: async () => adapter } }), queries };
}

function valueOf(stored: unknown, type: number): unknown {
  if (stored === null) return null;
  if (type === columnTypes.integer) return Number(stored);
  return type === columnTypes.boolean ? Boolean(stored) : stored;
}
