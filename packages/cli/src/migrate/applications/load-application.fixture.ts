import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, resolve } from 'node:path';
import { compileFunction } from 'node:vm';
import * as core from '@nanook/core';
import * as oso from '@nanook/oso';
import * as ormTypeorm from '@nanook/orm/typeorm';
import type { Express } from 'express';
import ts from 'typescript';
import { typeOrmAdapter } from '../../../../oso/src/type-orm-adapter.js';
import { contentOf, enterFolder, nanook } from '../../testing/run.fixture.js';
import { compile, type CompileError } from '../../typegen/typed-calls.fixture.js';

/** An application of oso, as text: its files by path. */
export type ApplicationFiles = Readonly<Record<string, string>>;

/** A change by hand: a text of a file, and what a reader of the list writes in each of its places. */
export type HandEdit = readonly [file: string, before: string | RegExp, after: string];

const packages: Readonly<Record<string, unknown>> = {
  '@nanook/core': core,
  '@nanook/orm/typeorm': ormTypeorm,
  oso,
  'oso/dist/src/errors': oso,
  'oso/dist/src/typeOrmAdapter': { typeOrmAdapter },
};

/** Runs the CommonJS form of an application in the working directory, with the sources of the packages of this workspace. */
export function loadApplication(files: ApplicationFiles, entry: string): unknown {
  const require = createRequire(import.meta.url);
  const loaded = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const name = [file, `${file}.ts`, `${file}.js`].find((each) => each in files);
    if (name === undefined) throw new Error(`${file} is not a file of the application`);
    const module = loaded.get(name) ?? { exports: {} };
    if (loaded.has(name)) return module.exports;
    loaded.set(name, module);
    const { outputText } = ts.transpileModule(readFileSync(name, 'utf8'), {
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2022,
        esModuleInterop: true,
        experimentalDecorators: true,
        emitDecoratorMetadata: true,
        // TypeORM sets the fields of an entity.
        useDefineForClassFields: false,
      },
    });
    const required = (module: string): unknown =>
      module.startsWith('.')
        ? load(resolve('/', dirname(name), module).slice(1).replace(/\.js$/, ''))
        : (packages[module] ?? require(module));
    const run = compileFunction(outputText, ['require', 'module', 'exports']) as (...args: unknown[]) => void;
    run(required, module, module.exports);
    return module.exports;
  };
  return load(entry);
}

/** The result of a migration. */
export interface MigratedApplication {
  readonly files: Readonly<Record<string, string>>;
  readonly changed: readonly string[];
  /** The places to change by hand, each as `file:line: message`. */
  readonly manual: readonly string[];
  /** The line of each place, as text. */
  readonly lines: readonly string[];
}

/** Runs `nanook migrate --to authorizer` on an application, in the working directory. */
export async function migrateApplication(files: ApplicationFiles): Promise<MigratedApplication> {
  await enterFolder(files);
  const { out } = await nanook('migrate', '--to', 'authorizer', '--json');
  const { changed, manual } = JSON.parse(out) as {
    changed: readonly { file: string }[];
    manual: readonly { file: string; line: number; message: string }[];
  };
  const after: Record<string, string> = {};
  for (const file of Object.keys(files)) after[file] = await contentOf(file);
  return {
    files: after,
    changed: changed.map(({ file }) => file),
    manual: manual.map(({ file, line, message }) => `${file}:${line}: ${message}`),
    lines: manual.map(({ file, line }) => after[file]!.split('\n')[line - 1]!.trim()),
  };
}

/** Returns the files after the changes by hand. @throws {Error} if a file does not have the text */
export function editByHand(files: ApplicationFiles, edits: readonly HandEdit[]): Record<string, string> {
  const edited: Record<string, string> = { ...files };
  for (const [file, before, after] of edits) {
    const text = edited[file]!;
    edited[file] = text.replaceAll(before instanceof RegExp ? new RegExp(before, 'g') : before, after);
    if (edited[file] === text) throw new Error(`${file} must have the text ${before}:\n${text}`);
  }
  return edited;
}

/** Returns the TypeScript files of applications that do not compile, each as the name of its application and its path. */
export function filesWithErrors(applications: Readonly<Record<string, ApplicationFiles>>): Set<string> {
  const files = Object.entries(applications).flatMap(([name, texts]) =>
    Object.entries(texts)
      .filter(([file]) => file.endsWith('.ts'))
      .map(([file, text]) => [`${name}/${file}`, text]),
  );
  const errors: readonly CompileError[] = compile(Object.fromEntries(files));
  return new Set(errors.map(({ file }) => file));
}

/** A request: the user, the method and the path. */
export type ApplicationRequest = readonly [user: string, method: string, path: string];

/** Sends requests to an application, and returns each status with the text of the response. */
export async function answersOf(
  app: Express,
  requests: readonly ApplicationRequest[],
): Promise<readonly string[]> {
  const server = app.listen(0);
  const { port } = server.address() as AddressInfo;
  const answers: string[] = [];
  try {
    for (const [user, method, path] of requests) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method,
        headers: { 'x-user': user },
      });
      answers.push(`${user} ${method} ${path}: ${response.status} ${await response.text()}`);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return answers;
}
