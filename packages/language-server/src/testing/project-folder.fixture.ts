import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import gitClub from '../../../../examples/gitclub/nanook.config.js';

/** Creates a folder with files. */
export function projectFolder(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nanook-server-')));
  writeFiles(folder, files);
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

const examples = fileURLToPath(new URL('../../../../examples/gitclub/', import.meta.url));

/** The policies and tests of GitClub by name, with the configuration as JSON, which needs no built package. */
export function gitClubFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const part of ['src/policy', 'tests'])
    for (const name of readdirSync(examples + part))
      if (name.endsWith('.polar'))
        files[`${part}/${name}`] = readFileSync(`${examples}${part}/${name}`, 'utf8');
  const { policies, types } = gitClub;
  const fixture = (type: string) => ({ $type: type });
  const fixtures = { alice: fixture('User'), acme: fixture('Organization'), anvil: fixture('Repository') };
  return { ...files, 'nanook.config.json': JSON.stringify({ policies, types, fixtures }) };
}
