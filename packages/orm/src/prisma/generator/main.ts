#!/usr/bin/env node
import type { DMMF } from '@prisma/client/runtime/client';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { printSchema } from '../schema/print-schema.js';
import { schemaOfDmmf } from '../schema/schema-of-dmmf.js';

// `nanook-prisma`: a generator that `prisma generate` starts. It writes the models of the schema for `@nanook/orm/prisma`. Prisma sends one
// request of JSON-RPC a line to the standard input, and reads the answers from the standard error.

/** The part of the parameters of Prisma that the generator needs. */
interface GeneratorOptions {
  readonly dmmf: DMMF.Document;
  readonly datasources: readonly { readonly activeProvider: string }[];
  readonly generator: { readonly output: { readonly value: string | null } | null };
}

const manifest = { prettyName: 'Nanook', defaultOutput: '../generated/nanook.ts' };

async function generate({ dmmf, datasources, generator }: GeneratorOptions): Promise<void> {
  const file = generator.output?.value;
  if (!file)
    throw new Error(
      'nanook-prisma needs the option `output`; write output = "../generated/nanook.ts" in its block',
    );
  const schema = schemaOfDmmf(dmmf.datamodel, datasources[0]?.activeProvider ?? 'none');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, printSchema(schema, file));
}

async function answer(method: string, params: unknown): Promise<unknown> {
  if (method === 'getManifest') return { manifest };
  if (method === 'generate') return (await generate(params as GeneratorOptions)) ?? null;
  throw new Error(`nanook-prisma has no method ${method}`);
}

const send = (message: object): boolean =>
  process.stderr.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line) as { id: number; method: string; params: unknown };
  try {
    send({ id, result: await answer(method, params) });
  } catch (error) {
    const { message, stack } = error as Error;
    send({ id, error: { code: -32_000, message, data: { stack } } });
  }
}
