import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createVSIX } from '@vscode/vsce';
import { bundleExtension, bundleServer } from './bundle.ts';
import { licensesOf } from './licenses.ts';

const source = fileURLToPath(new URL('../../', import.meta.url));
const { resolve } = createRequire(import.meta.url);

/**
 * Builds the extension in a folder, and packs it.
 *
 * @param folder the folder for the files, which is emptied, and for the VSIX
 * @returns the path of the VSIX
 */
export async function buildVsix(folder: string): Promise<string> {
  const staged = join(folder, 'extension');
  await rm(staged, { recursive: true, force: true });
  await mkdir(join(staged, 'server/node_modules'), { recursive: true });

  const bundled = await Promise.all([
    bundleExtension(join(staged, 'dist')),
    bundleServer(join(staged, 'server/dist')),
  ]);
  await copyJiti(join(staged, 'server/node_modules/jiti'));
  const licenses = licensesOf([...bundled.flat(), resolve('jiti')]);

  await Promise.all([
    writeManifest(staged),
    writeServerManifest(join(staged, 'server')),
    writeFile(join(staged, 'NOTICE.txt'), licenses),
    cp(join(source, 'README.md'), join(staged, 'README.md')),
    cp(join(source, '../../LICENSE'), join(staged, 'LICENSE.txt')),
    cp(join(source, 'language-configuration.json'), join(staged, 'language-configuration.json')),
    cp(join(source, 'walkthrough'), join(staged, 'walkthrough'), { recursive: true }),
    cp(resolve('@nanook/grammar'), join(staged, 'syntaxes/polar.tmLanguage.json')),
  ]);
  const packagePath = join(folder, 'nanook.vsix');
  await createVSIX({ cwd: staged, packagePath, dependencies: false });
  return packagePath;
}

/** Writes the manifest without the parts that only this repository needs. */
async function writeManifest(staged: string): Promise<void> {
  const {
    private: _,
    type: _type,
    scripts: _scripts,
    devDependencies: _tools,
    ...manifest
  } = await readJson(join(source, 'package.json'));
  await writeJson(join(staged, 'package.json'), { ...manifest, name: 'nanook' });
}

/** The server reads its version and the address of its pages from the manifest above its folder. */
async function writeServerManifest(folder: string): Promise<void> {
  const { name, version, homepage, license } = await readJson(
    resolve('@nanook/language-server/package.json'),
  );
  await writeJson(join(folder, 'package.json'), { name, version, homepage, license, type: 'module' });
}

/** Copies the package that loads configurations in TypeScript, where Node.js cannot, without its command and its types. */
async function copyJiti(target: string): Promise<void> {
  const jiti = dirname(resolve('jiti/package.json'));
  const files = ['package.json', 'LICENSE', 'lib/jiti.mjs', 'dist/jiti.cjs', 'dist/babel.cjs'];
  await Promise.all(files.map((file) => cp(join(jiti, file), join(target, file))));
}

const readJson = async (file: string): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;

const writeJson = (file: string, content: object): Promise<void> =>
  writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
