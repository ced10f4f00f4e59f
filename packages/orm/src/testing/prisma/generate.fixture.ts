import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../.prisma-clients/', import.meta.url));
const models = readFileSync(new URL('models.prisma', import.meta.url), 'utf8');
const providers = ['sqlite', 'postgresql', 'mysql'] as const;

export const clientFile = (provider: (typeof providers)[number]): string =>
  join(folder, provider, 'client', 'client.ts');

const require = createRequire(import.meta.url);
const { version } = require('prisma/package.json') as { version: string };

/** The version is a part of the schema, because a client works with its own version only. */
const schemaOf = (provider: string): string => `// Prisma ${version}

datasource db {
  provider = "${provider}"
}

generator client {
  provider = "prisma-client"
  output   = "./client"
}

${models}`;

/** Generates a client for each provider before the first test, unless an earlier run generated it from the same schema. */
export default function generateClients(): void {
  for (const provider of providers) {
    const schema = join(folder, provider, 'schema.prisma');
    const isDone = existsSync(clientFile(provider)) && readFileSync(schema, 'utf8') === schemaOf(provider);
    if (isDone) continue;
    mkdirSync(dirname(schema), { recursive: true });
    writeFileSync(schema, schemaOf(provider));
    const cli = join(dirname(require.resolve('prisma/package.json')), 'build/index.js');
    // Without a path Prisma downloads an engine that only migrations need.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
    const { status, stderr, stdout } = spawnSync(process.execPath, [cli, 'generate', '--schema', schema], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`prisma generate failed for ${provider}:\n${stdout}\n${stderr}`);
  }
}
