import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TestProject } from 'vitest/node';

/** The folder of the package that installs the tested version of Prisma. The process of the tests finds it in its environment. */
const ownPackage = fileURLToPath(new URL('../../../', import.meta.url));
const testedPackage = process.env['NANOOK_TEST_ORMS'] ?? ownPackage;
const clientsFolder = (installed: string): string => join(installed, '.prisma-clients');
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

export const clientFile = (name: ClientName): string =>
  join(clientsFolder(testedPackage), name, 'client', 'client.ts');
/** The file that the generator of this package writes. */
export const schemaFile = (name: ClientName): string => join(clientsFolder(testedPackage), name, 'nanook.ts');

const require = createRequire(import.meta.url);
const manifestIn = (installed: string): string =>
  createRequire(join(installed, 'package.json')).resolve('prisma/package.json');
const versionOf = (manifest: string): string => (require(manifest) as { readonly version: string }).version;

/** Whether the tests run on Prisma 6. */
export const isPrisma6 = versionOf(manifestIn(testedPackage)).startsWith('6.');

/** The generator, and the sources that it depends on, identify the written files as the schema does. */
const generator = ['generator/main.ts', 'schema/schema-of-dmmf.ts', 'schema/print-schema.ts'].map((file) =>
  join(source, file),
);
const hash = createHash('sha256');
for (const file of generator) hash.update(readFileSync(file));
const digest = hash.digest('hex');
const tsx = pathToFileURL(require.resolve('tsx')).href;

/** Prisma 6 demands a URL, and has an engine in Rust by default, which it would download. */
const needsUrl = (version: string): boolean => version.startsWith('6.');

/** The version is a part of the schema, because a client works with its own version only. */
const schemaOf = (
  { provider, models: text }: (typeof clients)[ClientName],
  version: string,
): string => `// Prisma ${version}
// nanook-prisma ${digest}

datasource db {
  provider = "${provider}"
  ${needsUrl(version) ? 'url = "unused"' : ''}
}

generator client {
  provider = "prisma-client"
  output   = "./client"
  ${needsUrl(version) ? 'engineType = "client"' : ''}
}

generator nanook {
  provider = "node --import ${tsx} ${generator[0]}"
  output   = "./nanook.ts"
}

${text}`;

/** Generates a client for each provider before the first test, unless an earlier run generated it from the same schema. */
export default function generateClients({ config }: TestProject): void {
  const installed = (config.env as Partial<typeof config.env>)?.['NANOOK_TEST_ORMS'] ?? ownPackage;
  const manifest = manifestIn(installed);
  const version = versionOf(manifest);
  for (const [name, client] of Object.entries(clients) as [ClientName, (typeof clients)[ClientName]][]) {
    const folder = join(clientsFolder(installed), name);
    const schema = join(folder, 'schema.prisma');
    const written = join(folder, 'nanook.ts');
    const text = schemaOf(client, version);
    if (existsSync(written) && readFileSync(schema, 'utf8') === text) continue;
    rmSync(written, { force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(schema, text);
    const cli = join(dirname(manifest), 'build/index.js');
    // Without a path Prisma downloads an engine that only migrations need.
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' };
    const { status, stderr, stdout } = spawnSync(process.execPath, [cli, 'generate', '--schema', schema], {
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`prisma generate failed for ${name}:\n${stdout}\n${stderr}`);
  }
}
