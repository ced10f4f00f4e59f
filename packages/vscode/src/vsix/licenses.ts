import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly license?: string;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Returns the folder of the installed package to which a file belongs; undefined for a file of this repository. */
function packageOf(file: string): string | undefined {
  if (!file.includes('node_modules/')) return undefined;
  let folder = dirname(file);
  // A package can have further manifests without a name, which say the format of a folder.
  while (!(existsSync(join(folder, 'package.json')) && manifestOf(folder).name !== undefined)) {
    if (basename(folder) === 'node_modules') return undefined;
    folder = dirname(folder);
  }
  return folder;
}

/**
 * Returns the licenses of the packages that a bundle contains.
 *
 * @param files the absolute paths of the files in the bundle
 * @throws {Error} for a package without the text of its license
 */
export function licensesOf(files: readonly string[]): string {
  const folders = new Set(files.flatMap((file) => packageOf(file) ?? []));
  const notices = [...folders].map((folder) => {
    const { name, version, license } = manifestOf(folder);
    const file = readdirSync(folder).find((each) => /^license/i.test(each));
    if (file === undefined)
      throw new Error(`${name} ${version}: expected a file LICENSE in ${folder}; leave the package out`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  const texts = [...new Set(notices)].toSorted();
  return `This extension contains the following packages under their own licenses.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
