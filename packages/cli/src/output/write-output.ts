import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';

/**
 * Writes a file, and creates its folder.
 *
 * @throws {UsageError} when the file cannot be written
 */
export async function writeOutput(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new UsageError(`the file ${file} cannot be written: ${messageOf(error)}`, { cause: error });
  }
}
