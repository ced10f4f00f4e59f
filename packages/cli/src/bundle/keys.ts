import { existsSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { BundleKey } from '@nanook/policies';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';

/** The environment variable with the private key, for a pipeline that has it as a secret. */
export const keyVariable = 'NANOOK_BUNDLE_KEY';

/**
 * Reads the private key from a file, or from the environment.
 *
 * @throws {UsageError} when there is none, it is not a JSON Web Key, or other users can read the file
 */
export async function privateKey(file: string | undefined): Promise<BundleKey> {
  if (file === undefined) {
    const { [keyVariable]: text } = process.env;
    if (text === undefined || text === '')
      throw new UsageError(
        `expected the private key: the option --key <file>, or the environment variable ${keyVariable}; nanook bundle keygen creates keys`,
      );
    return parseKey(text, keyVariable);
  }
  const text = await readKeyFile(file);
  await requirePrivate(file);
  return parseKey(text, file);
}

/** Reads public keys. @throws {UsageError} when a file cannot be read, or is not a JSON Web Key */
export const publicKeys = (files: readonly string[]): Promise<BundleKey[]> =>
  Promise.all(files.map(async (file) => parseKey(await readKeyFile(file), file)));

/** @throws {UsageError} when one of the files exists, so that no key is lost */
export function requireNew(files: readonly string[]): void {
  for (const file of files)
    if (existsSync(file))
      throw new UsageError(`${file} exists already, and was not changed; name another file, or remove it`);
}

export const writeKey = (file: string, key: BundleKey, mode: number): Promise<void> =>
  writeFile(file, `${JSON.stringify(key, undefined, 2)}\n`, { flag: 'wx', mode });

/** Refuses a private key that other users can read, as ssh does. Windows has no such modes. */
async function requirePrivate(file: string): Promise<void> {
  const { mode } = await stat(file);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new UsageError(
    `other users can read the private key ${file} (mode ${(mode & 0o777).toString(8).padStart(4, '0')}); run: chmod 600 ${file}`,
  );
}

async function readKeyFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the key ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** The message never contains the text, which may be a secret. */
function parseKey(text: string, origin: string): BundleKey {
  try {
    const key: unknown = JSON.parse(text);
    if (typeof key === 'object' && key !== null && 'kty' in key) return key as BundleKey;
  } catch {
    // Reported below.
  }
  throw new UsageError(`expected a JSON Web Key in ${origin}, as nanook bundle keygen writes it`);
}
