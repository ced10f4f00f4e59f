import { readFile, writeFile } from 'node:fs/promises';
import { UsageError } from '../errors/usage-error.js';
import type { Project } from '../project/project.js';
import type { SaveRequest } from './messages.js';
import { isInFolder } from './project-as-json.js';

/**
 * Writes a policy of a project, with the line ends and the byte order mark that its file has.
 *
 * @param writable the names of the policies that are files in the folder of the project
 * @throws {UsageError} when the name is not that of a policy file in the folder of the project, or the file has changed since the page read it
 */
export async function savePolicy(
  project: Project,
  writable: readonly string[],
  request: unknown,
): Promise<void> {
  if (!isSaveRequest(request))
    throw new UsageError('expected { name, source, before } with the name and the texts of a policy');
  const { name, source, before } = request;
  // A symbolic link can have changed since the names were read.
  if (!writable.includes(name) || !isInFolder(name, project))
    throw new UsageError(
      `${name} cannot be saved: expected one of the policy files in the folder of the configuration`,
    );
  const current = await readFile(name, 'utf8');
  if (unified(current) !== unified(before))
    throw new UsageError(
      `${name} has changed on the disk since this page read it; copy your text, and discard it here`,
    );
  const text = current.includes('\r\n') ? unified(source).replaceAll('\n', '\r\n') : source;
  await writeFile(name, current.startsWith(mark) ? mark + text : text);
}

/** The byte order mark with which some editors on Windows start a file. */
const mark = '\uFEFF';

/** Returns a text as an editor shows it. */
const unified = (text: string): string => text.replace(mark, '').replaceAll('\r\n', '\n');

const isSaveRequest = (value: unknown): value is SaveRequest =>
  typeof value === 'object' &&
  value !== null &&
  ['name', 'source', 'before'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string');
