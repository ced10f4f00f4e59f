import type { RowCondition } from '@nanook/core/filter';
import { prisma, type PrismaSchema } from '@nanook/orm/prisma';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Client, Query } from './client.ts';
import { granted } from './world.ts';

/** The models of `models.prisma`, as the generator `nanook-prisma` writes them. */
const schema = {
  provider: 'postgresql',
  models: {
    Organization: {
      table: 'organizations',
      key: ['id'],
      fields: {
        id: { type: 'String', column: 'id' },
        name: { type: 'String', column: 'name' },
        baseRole: { type: 'String', column: 'base_role', nullable: true },
      },
      relations: {
        repositories: { kind: 'many', type: 'Repository', local: ['id'], foreign: ['organizationId'] },
      },
    },
    Repository: {
      table: 'repositories',
      key: ['id'],
      fields: {
        id: { type: 'String', column: 'id' },
        name: { type: 'String', column: 'name' },
        organizationId: { type: 'String', column: 'organization_id' },
      },
      relations: {
        organization: { kind: 'one', type: 'Organization', local: ['organizationId'], foreign: ['id'] },
      },
    },
  },
} as const satisfies PrismaSchema;

interface GeneratedClient {
  readonly repository: { findMany(query: { readonly where: object }): Promise<readonly object[]> };
}

/** Builds the queries of a generated Prisma client, whose driver keeps each query instead of sending it. */
export async function prismaClient(): Promise<Client> {
  const { PrismaClient } = (await import(pathToFileURL(generatedClient()).href)) as {
    PrismaClient: new (options: object) => GeneratedClient;
  };
  let sent: Query | undefined;
  const info = { provider: 'postgres', adapterName: 'nanook-bench' };
  const driver = {
    ...info,
    queryRaw: async ({ sql, args }: { readonly sql: string; readonly args: readonly unknown[] }) => {
      sent = { text: sql, values: args };
      return { columnNames: [], columnTypes: [], rows: [] };
    },
    dispose: async () => {},
  };
  const client = new PrismaClient({ adapter: { ...info, connect: async () => driver } });
  const list = prisma({ client, schema });
  const queryOf = async (where: object): Promise<Query> => {
    await client.repository.findMany({ where });
    return sent!;
  };
  return {
    nanook: (condition: RowCondition) => queryOf(list(condition)),
    hand: () =>
      queryOf({
        OR: [
          { id: { in: granted.repositories } },
          { organizationId: { in: granted.owned } },
          { organizationId: { in: granted.joined }, organization: { baseRole: { in: granted.baseRoles } } },
        ],
      }),
  };
}

/** Returns the file of the client, which Prisma generates from `models.prisma` unless it exists already. */
function generatedClient(): string {
  const require = createRequire(import.meta.url);
  const cli = require.resolve('prisma/package.json');
  const { version } = require(cli) as { version: string };
  const folder = fileURLToPath(new URL('../../.prisma-clients/', import.meta.url));
  const file = join(folder, 'client/client.ts');
  const text = `// Prisma ${version}\n${readFileSync(new URL('models.prisma', import.meta.url), 'utf8')}`;
  const copy = join(folder, 'schema.prisma');
  if (existsSync(file) && readFileSync(copy, 'utf8') === text) return file;
  mkdirSync(folder, { recursive: true });
  writeFileSync(copy, text);
  // Without a path Prisma downloads an engine that only migrations need.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
  const command = [join(dirname(cli), 'build/index.js'), 'generate', '--schema', copy];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`prisma generate failed:\n${stdout}\n${stderr}`);
  return file;
}
