import { readFile, stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { sourceFiles } from '@nanook/cli/project';
import { Lines } from '../text/lines.js';
import { placesOfAction } from '../text/action-at.js';
import type { Range } from 'vscode-languageserver';

/** An action in a call of the application. */
export interface ActionCall {
  readonly uri: string;
  /** The place of the action, without quotes. */
  readonly range: Range;
}

/** Number of characters of a file that is searched. A longer one is generated. */
const maxLength = 1_000_000;

/**
 * Finds the calls of an application that name an action, in the TypeScript and JavaScript of a folder. It reads only the syntax, so that a call can
 * be about another type. Declaration files are left out, because `nanook typegen` writes them.
 *
 * @param openText returns the text of an open document, which can differ from the file
 */
export async function callsOfAction(
  folder: string,
  action: string,
  openText: (uri: string) => string | undefined,
): Promise<readonly ActionCall[]> {
  const files = (await sourceFiles([folder])).filter((file) => !/package\.json$|\.d\.[cm]?ts$/.test(file));
  const found = await Promise.all(
    files.map(async (file): Promise<readonly ActionCall[]> => {
      const uri = pathToFileURL(file).href;
      const text = openText(uri) ?? (await textOf(file));
      if (text === undefined || !text.includes(action)) return [];
      const lines = new Lines(text);
      return placesOfAction(text, action).map((place) => ({ uri, range: lines.range(place) }));
    }),
  );
  return found.flat();
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    if ((await stat(file)).size > maxLength) return undefined;
    return await readFile(file, 'utf8');
  } catch {
    // A file can be deleted in the meantime.
    return undefined;
  }
}
