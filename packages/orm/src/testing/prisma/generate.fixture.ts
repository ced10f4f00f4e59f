import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = fileURLToPath(new URL('../../../.prisma-clients/', import.meta.url));
const textOf = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
const models = textOf('models.prisma');
const features = textOf('features.prisma');
const source = fileURLToPath(new URL('../../prisma/', import.meta.url));

/** The provider and the models of each generated client. */
const clients = {
  sqlite: { provider: 'sqlite', models },
  postgresql: { provider: 'postgresql', models },
  mysql: { provider: 'mysql', models },
  features: { provider: 'postgresql', models: features },
} as const;
export type ClientName = keyof typeof clients;

export const clientFile = (name: ClientName): string => join(folder, name, 'client', 'client.ts');
/** The file that the generator of this package writes. */
export const schemaFile = (name: ClientName): string => join(folder, name, 'nanook.ts');

const require = createRequire(import.meta.url);
const { version } = require('prisma/package.json') as { version: string };

/** The generator, and the sources that it depends on, identify the written files as the schema does. */
const generator = ['generator/main.ts', 'schema/schema-of-dmmf.ts', 'schema/print-schema.ts'].map((file) =>
  join(source, file),
);
const hash = createHash('sha256');
for (const file of generator) hash.update(readFileSync(file));
const digest = hash.digest('hex');
const tsx = pathToFileURL(require.resolve('tsx')).href;

/** The version is a part of the schema, because a client works with its own version only. */
const schemaOf = ({ provider, models: text }: (typeof clients)[ClientName]): string => `// Prisma ${version}
// nanook-prisma ${digest}

datasource db {
  provider = "${provider}"
}

generator client {
  provider = "prisma-client"
  output   = "./client"
}

generator nanook {
  provider = "node --import ${tsx} ${generator[0]}"
  output   = "./nanook.ts"
}

${text}`;

/** Generates a client for each provider before the first test, unless an earlier run generated it from the same schema. */
export default function generateClients(): void {
  for (const [name, client] of Object.entries(clients) as [ClientName, (typeof clients)[ClientName]][]) {
    const schema = join(folder, name, 'schema.prisma');
    const isDone = existsSync(schemaFile(name)) && readFileSync(schema, 'utf8') === schemaOf(client);
    if (isDone) continue;
    rmSync(schemaFile(name), { force: true });
    mkdirSync(dirname(schema), { recursive: true });
    writeFileSync(schema, schemaOf(client));
    const cli = join(dirname(require.resolve('prisma/package.json')), 'build/index.js');
    // Without a path Prisma downloads an engine that only migrations need.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
    const { status, stderr, stdout } = spawnSync(process.execPath, [cli, 'generate', '--schema', schema], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`prisma generate failed for ${name}:\n${stdout}\n${stderr}`);
  }
}
