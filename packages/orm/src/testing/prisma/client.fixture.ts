import { pathToFileURL } from 'node:url';
import type { PrismaProvider } from '../../prisma/prisma-options.js';
import type { DialectName } from '../../sql/dialect.js';
import type { Database } from '../databases.fixture.js';
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

/** The columns that the tests select contain whole numbers only. */
const int32 = 0;

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
      return {
        columnNames,
        columnTypes: columnNames.map(() => int32),
        rows: rows.map((row) => columnNames.map((name) => Number(row[name]))),
      };
    },
    dispose: async () => {},
  };
  return { client: new PrismaClient({ adapter: { ...info, connect: async () => adapter } }), queries };
}
