import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type NamedPolicy } from '@nanook/core';
import { readPolicies } from '@nanook/core/internal';
import { parse } from '@nanook/core/syntax';
import { Command, Option } from 'commander';
import { UsageError } from '../errors/usage-error.js';
import type { Io } from '../output/io.js';
import { configNames } from '../project/find-config.js';
import { inferTypes } from '@nanook/analysis';
import { jsonOption } from './common-options.js';

type Language = 'ts' | 'js' | 'json';

export function initCommand(io: Io): Command {
  return new Command('init')
    .summary('write a configuration')
    .description(
      'Writes nanook.config.ts, .js or .json with the types that the policies name. Without a policy it also writes policy/main.polar.',
    )
    .addOption(
      new Option(
        '--language <language>',
        'language of the configuration; default: that of the project',
      ).choices(['ts', 'js', 'json']),
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  nanook init && nanook check')
    .action(async ({ language, json }: { readonly language?: Language; readonly json?: boolean }) => {
      const existing = configNames.find((name) => existsSync(name));
      if (existing !== undefined)
        throw new UsageError(`${existing} exists already; change it, or remove it and run nanook init again`);
      const policies = await findPolicies();
      if (policies.length === 0) await writeNew(starterFile, starterPolicy);
      const used = policies.length > 0 ? policies : [{ name: starterFile, source: starterPolicy }];
      const chosen = language ?? (existsSync('tsconfig.json') ? 'ts' : 'js');
      const config = `nanook.config.${await endingOf(chosen)}`;
      const types = Object.keys(inferTypes(used.map((policy) => parse(policy).policy)));
      await writeNew(config, configText(patternOf(used), types, chosen));
      const written = [...(policies.length === 0 ? [starterFile] : []), config];
      if (json === true) {
        io.out(JSON.stringify({ config, written, types }, undefined, 2));
        return;
      }
      for (const file of written) io.out(`${file} is written`);
      io.out('Declare the types of your application in it, then run: nanook check');
    });
}

async function findPolicies(): Promise<readonly NamedPolicy[]> {
  try {
    return await readPolicies('**/*.polar');
  } catch {
    return [];
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { flag: 'wx' });
}

/** A `.js` file is an ES module only if the package says so. */
async function endingOf(language: Language): Promise<string> {
  if (language !== 'js') return language;
  const manifest = existsSync('package.json')
    ? (JSON.parse(await readFile('package.json', 'utf8')) as { readonly type?: string })
    : {};
  return manifest.type === 'module' ? 'js' : 'mjs';
}

const starterFile = 'policy/main.polar';
const starterPolicy = `# Who may perform which action on which resource.

allow(user: User, "read", note: Note) if
  note.isPublic or
  note.ownerId = user.id;
`;

function configText(pattern: string, types: readonly string[], language: Language): string {
  if (language === 'json') {
    const config = {
      policies: pattern,
      types: Object.fromEntries(types.map((name) => [name, {}])),
      fixtures: {},
    };
    return `${JSON.stringify(config, undefined, 2)}\n`;
  }
  return `import { defineConfig } from '@nanook/cli';

export default defineConfig({
  policies: '${pattern}',
  // A class of the application, or a declaration: { fields: { id: 'Integer', ownerId: 'Integer' } }.
  types: {
${types.map((name) => `    ${name}: {},\n`).join('')}  },
  // Values for nanook explain, query, what-can, who-can and where.
  fixtures: () => ({
    // ann: typed('User', { id: 1 }), with typed from @nanook/core
  }),
});
`;
}

/** Returns a glob for the folder of all policies. */
function patternOf(policies: readonly NamedPolicy[]): string {
  const folders = policies.map(({ name }) => dirname(name).split(/[/\\]/));
  const [first = []] = folders;
  const length = first.findIndex((part, i) => folders.some((folder) => folder[i] !== part));
  const common = (length === -1 ? first : first.slice(0, length)).join('/');
  return common === '' || common === '.' ? '**/*.polar' : `${common}/**/*.polar`;
}
