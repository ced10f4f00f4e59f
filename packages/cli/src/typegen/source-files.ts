import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CompilerOptions } from 'typescript';
import { UsageError } from '../errors/usage-error.js';
import type { TypeScriptModule } from './load-typescript.js';

/** The source files of a project in TypeScript, with the options of its compiler. */
export interface SourceFiles {
  readonly tsconfig: string;
  readonly options: CompilerOptions;
  readonly files: readonly string[];
}

/**
 * Finds the source files that a `tsconfig.json` and its references include.
 *
 * @param named the path of the `tsconfig.json`; undefined: the nearest one above the folder
 * @returns undefined if there is none
 * @throws {UsageError} when the named file cannot be read
 */
export function findSourceFiles(
  ts: TypeScriptModule,
  folder: string,
  named?: string,
): SourceFiles | undefined {
  if (named !== undefined && !existsSync(named))
    throw new UsageError(`expected a tsconfig.json for --project, but ${named} does not exist`);
  const tsconfig = named ?? ts.findConfigFile(resolve(folder), (file) => ts.sys.fileExists(file));
  if (tsconfig === undefined) return undefined;
  const found = parse(ts, resolve(tsconfig), new Set());
  return {
    tsconfig: resolve(tsconfig),
    options: found[0]!.options,
    files: [...new Set(found.flatMap(({ files }) => files))],
  };
}

function parse(
  ts: TypeScriptModule,
  tsconfig: string,
  seen: Set<string>,
): { readonly options: CompilerOptions; readonly files: readonly string[] }[] {
  if (seen.has(tsconfig)) return [];
  seen.add(tsconfig);
  const { config, error } = ts.readConfigFile(tsconfig, (file) => ts.sys.readFile(file));
  if (error !== undefined)
    throw new UsageError(`${tsconfig}: ${ts.flattenDiagnosticMessageText(error.messageText, '\n')}`);
  const {
    options,
    fileNames,
    projectReferences = [],
  } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(tsconfig));
  const referenced = projectReferences.map((reference) => ts.resolveProjectReferencePath(reference));
  return [
    { options, files: fileNames },
    ...referenced.filter(existsSync).flatMap((file) => parse(ts, file, seen)),
  ];
}
