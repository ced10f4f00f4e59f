import { pathToFileURL } from 'node:url';
import type { PrismaProvider, PrismaSchema } from '../../prisma/schema/prisma-schema.js';
import type { DialectName } from '../../sql/dialect.js';
import type { ConditionOptions } from '../conditions.fixture.js';
import type { Database } from '../databases.fixture.js';
import { columns, kindOf } from '../world.fixture.js';
import { clientFile, schemaFile, type ClientName } from './generate.fixture.js';

const providerOf: Record<DialectName, PrismaProvider> = {
  postgres: 'postgresql',
  mysql: 'mysql',
  sqlite: 'sqlite',
};

/** The conditions that a `where` of Prisma has words for. */
export const prismaConditions = (dialect: DialectName): ConditionOptions => ({
  recursion: false,
  textTests: dialect === 'sqlite' ? 'columns in values' : 'values, and columns in values',
  arithmetic: 'one column',
  mixedNumbers: false,
  counted: [],
});

interface FindMany {
  readonly where?: object;
  readonly select?: object;
  readonly orderBy?: object;
  readonly take?: number;
  readonly skip?: number;
}
interface Model {
  findMany(query: FindMany): Promise<readonly { readonly id: number }[]>;
  count(query: { readonly where?: object }): Promise<number>;
}
export interface TestClient {
  readonly [model: string]: Model;
  readonly document: Model;
}
/** A generated client, whose types exist only after the generation. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyClient = any;
export interface TestPrisma {
  readonly client: TestClient;
  readonly schema: PrismaSchema;
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
  const schema = await generatedSchema(providerOf[database.dialect]);
  const queries: string[] = [];
  const info = { provider: database.dialect, adapterName: 'nanook-tests' };
  const valuesOf = ({ args, argTypes }: PrismaQuery): readonly unknown[] => {
    // Prisma passes whole numbers as texts, which MariaDB refuses in LIMIT.
    const isWhole = argTypes.map(({ scalarType }) => scalarType === 'int' || scalarType === 'bigint');
    return args.map((arg, i) => (isWhole[i] && arg !== null ? Number(arg) : arg));
  };
  // Prisma loads several relations at once, and a connection of PostgreSQL runs one query at a time.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = last.then(work, work);
    last = result;
    return result;
  };
  const run = {
    ...info,
    async queryRaw(query: PrismaQuery) {
      queries.push(query.sql);
      const rows = await inTurn(() => database.query(query.sql, valuesOf(query)));
      const columnNames = Object.keys(rows[0] ?? {});
      const types = columnNames.map((name) => typeOf.get(name) ?? columnTypes.integer);
      return {
        columnNames,
        columnTypes: types,
        rows: rows.map((row) => columnNames.map((name, i) => valueOf(row[name], types[i]!))),
      };
    },
    async executeRaw(query: PrismaQuery) {
      queries.push(query.sql);
      return inTurn(() => database.execute(query.sql, valuesOf(query)));
    },
  };
  const adapter = {
    ...run,
    async startTransaction() {
      await database.execute('BEGIN', []);
      return {
        ...run,
        // Prisma sends COMMIT and ROLLBACK itself.
        options: { usePhantomQuery: false },
        commit: async () => {},
        rollback: async () => {},
      };
    },
    dispose: async () => {},
  };
  return {
    client: new PrismaClient({ adapter: { ...info, connect: async () => adapter } }),
    schema,
    queries,
  };
}

/** The models that the generator of this package wrote for a client. */
export async function generatedSchema(name: ClientName): Promise<PrismaSchema> {
  const { schema } = (await import(pathToFileURL(schemaFile(name)).href)) as { schema: PrismaSchema };
  return schema;
}

function valueOf(stored: unknown, type: number): unknown {
  if (stored === null) return null;
  if (type === columnTypes.integer) return Number(stored);
  return type === columnTypes.boolean ? Boolean(stored) : stored;
}
