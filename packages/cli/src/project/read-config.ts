import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeValue, nearNames } from '@nanook/core/internal';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { authorizerOptions, type NanookConfig } from './config.js';

const known: readonly string[] = [
  ...authorizerOptions,
  'fixtures',
  'loaders',
  'sql',
  'application',
  'server',
];

/**
 * Reads a configuration file.
 *
 * @throws {UsageError} when the file cannot be read, or exports something else than a configuration
 */
export async function readConfig(file: string): Promise<NanookConfig> {
  const content = extname(file) === '.json' ? await readJson(file) : await importDefault(file);
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new UsageError(
      `${file}: expected a default export of defineConfig({ … }), found ${describeValue(content)}; see nanook init`,
    );
  for (const name of Object.keys(content)) if (!known.includes(name)) throw unknownOption(file, name);
  const { types } = content as { readonly types?: unknown };
  if (typeof types !== 'string') return content as NanookConfig;
  return { ...content, types: await typesOf(types, file) } as NanookConfig;
}

/** Returns the export `types` of a module, which the application imports, too. */
async function typesOf(module: string, configFile: string): Promise<unknown> {
  const file = resolve(dirname(configFile), module);
  let exported: unknown;
  try {
    exported = await importFile(file);
  } catch (error) {
    throw new UsageError(`${configFile}: the module of the types cannot be loaded: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const { types } = exported as { readonly types?: unknown };
  if (isObject(types)) return types;
  throw new UsageError(
    `${configFile}: expected the export \`types\` in ${module}, an object of types, found ${describeValue(types)}`,
  );
}

function unknownOption(file: string, name: string): UsageError {
  const [near] = nearNames(name, known);
  const advice = near === undefined ? `the options are ${known.join(', ')}` : `did you mean \`${near}\`?`;
  return new UsageError(`${file}: unknown option \`${name}\`; ${advice}`);
}

async function readJson(file: string): Promise<unknown> {
  try {
    // Some editors on Windows start a file with a byte order mark.
    return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`${file}: ${messageOf(error)}`, { cause: error });
  }
}

async function importDefault(file: string): Promise<unknown> {
  try {
    return defaultOf(await importFile(file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} cannot be loaded: ${messageOf(error)}`, { cause: error });
  }
}

const { cache } = createRequire(import.meta.url);
/** The number of times that each file was imported. */
const imports = new Map<string, number>();

/** Returns a URL that Node.js has not imported before, so that `:reload` and `--watch` read a changed file again. */
function freshUrl(file: string): string {
  delete cache[file];
  const count = imports.get(file) ?? 0;
  imports.set(file, count + 1);
  const url = pathToFileURL(file);
  if (count > 0) url.searchParams.set('read', String(count));
  return url.href;
}

/** Node removes the types of TypeScript itself from version 22.18 on, but not from enums and the like; jiti covers the rest. */
export async function importFile(file: string): Promise<unknown> {
  try {
    return await import(freshUrl(file));
  } catch (error) {
    if (!/\.[cm]?ts$/.test(file) || !isLanguageError(error)) throw error;
    const { createJiti } = await import('jiti');
    return createJiti(import.meta.url).import(file);
  }
}

const languageErrors = new Set([
  'ERR_UNKNOWN_FILE_EXTENSION',
  // The Node.js of some Linux distributions and editors was built without TypeScript.
  'ERR_NO_TYPESCRIPT',
  'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
  'ERR_MODULE_NOT_FOUND',
  'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING',
]);

const isLanguageError = (error: unknown): boolean =>
  error instanceof SyntaxError || languageErrors.has(String((error as { code?: unknown } | null)?.code));

function defaultOf(module: unknown): unknown {
  const { default: exported } = module as { default?: unknown };
  // CommonJS that was compiled from a default export has another `default` inside.
  return isObject(exported) && 'default' in exported ? exported.default : exported;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
