import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addCommands } from './all-commands.js';
import { blocksOf, commandsIn, filesOf, readPage, wordsOf, type Block } from './testing/page.fixture.js';
import { contentOf, enterFolder, nanookWith, recordedIo, writeFiles } from './testing/run.fixture.js';

const folder = 'guides/command-line';
const names = globSync('*.md', {
  cwd: fileURLToPath(new URL(`../../../docs/${folder}`, import.meta.url)),
}).toSorted();
const pageOf = (name: string): string => readPage(`${folder}/${name}`);
const exampleProject = filesOf(blocksOf(pageOf('README.md')));

const isWithCommands = ({ language, text }: Block): boolean => language === 'console' && /^\$ /m.test(text);
/** The pages with outputs. The test of the guide about routes needs an application, and is in the folder `audit`. */
const shown = names.filter((name) => name !== 'audit.md' && blocksOf(pageOf(name)).some(isWithCommands));

/** The named files of pages that a page uses. */
const borrowedBy = (page: string): Readonly<Record<string, string>> =>
  Object.assign(
    {},
    ...[...page.matchAll(/^<!-- uses: (\S+) -->$/gm)].map(([, used]) =>
      filesOf(blocksOf(readPage(join(folder, used!)))),
    ),
  );

/** Replaces the times and hashes that differ in each run. */
const withoutRun = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)').replaceAll(/\b[0-9a-f]{64}\b/g, '(hash)');

describe('the pages of the command line', () => {
  // The first page loads the modules of the commands.
  const timeout = 30_000;
  it.each(shown)(
    'show the outputs of the commands in %s, with the files above them',
    { timeout },
    async (name) => {
      const page = pageOf(name);
      const blocks = blocksOf(page);
      const isEmpty = blocks.some(({ flags }) => flags.includes('empty'));
      await enterFolder(isEmpty ? {} : { ...exampleProject, ...borrowedBy(page) });
      for (const block of blocks) {
        const files = filesOf([block]);
        // A result is a file that a command has changed.
        if (!block.flags.includes('result')) await writeFiles(files);
        for (const [file, text] of Object.entries(files)) expect(await contentOf(file)).toBe(text);
        if (!isWithCommands(block)) continue;
        const mask = block.flags.includes('varying') ? withoutRun : String;
        for (const { command, input, output } of commandsIn(block.text)) {
          const { out, err } = await nanookWith(input, ...wordsOf(command));
          expect(mask(out + err)).toBe(mask(output));
        }
      }
    },
  );

  it('contain no command that this test does not run', () => {
    for (const name of shown) {
      const page = pageOf(name);
      const run = blocksOf(page)
        .filter(isWithCommands)
        .flatMap(({ text }) => commandsIn(text));
      expect(run).toHaveLength(page.match(/^\$ /gm)!.length);
    }
  });
});

describe('the commands', async () => {
  const program = new Command('nanook');
  const outcome = { code: 0 as const };
  await addCommands(undefined, { io: recordedIo(), outcome, program });
  const withSubcommands = (command: Command): readonly Command[] => [command, ...command.commands];

  it.each(program.commands.map((command) => ({ command, name: command.name() })))(
    '$name has a page with each of its options, and the overview links to it',
    ({ command, name }) => {
      const page = pageOf(`${name}.md`);
      expect(page).toContain(`# nanook ${name}\n`);
      expect(pageOf('README.md')).toContain(`[\`${name}\`](${name}.md)`);
      const options = withSubcommands(command).flatMap(({ options: own }) => own.map(({ long }) => long!));
      for (const option of options) expect(page).toMatch(new RegExp(`\`${option}[\` ]`));
    },
  );

  it('have all pages of the folder, with those about two modes of test', () => {
    const others = ['README', 'ci', 'configuration', 'coverage', 'mutation'];
    const known = [...program.commands.map((command) => command.name()), ...others];
    expect(names.map((name) => basename(name, '.md'))).toEqual(known.toSorted());
  });

  it('have links from the overview to each page', () => {
    for (const name of names.slice(1)) expect(pageOf('README.md')).toContain(`](${name})`);
  });
});
