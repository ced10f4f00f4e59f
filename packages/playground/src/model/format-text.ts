import { printJson } from './print-json.js';
import { dataFile, typesFile } from './project-text.js';
import { readJson } from './read-json.js';

/** Returns the text of a file in the usual form. A text with a mistake in JSON stays as it is. */
export async function formatted(file: string, source: string): Promise<string> {
  if (file !== typesFile && file !== dataFile) {
    const { formatPolicy } = await import('@nanook/core/syntax');
    return formatPolicy({ name: file, source }).text;
  }
  const result = readJson(source);
  return 'offset' in result ? source : printJson(result.value);
}
