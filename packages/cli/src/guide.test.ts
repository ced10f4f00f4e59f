import { describe, expect, it } from 'vitest';
import { blocksOf, commandsIn, filesOf, readPage, wordsOf } from './testing/page.fixture.js';
import { enterFolder, nanook } from './testing/run.fixture.js';

const page = readPage('guides/command-line.md');
const blocks = blocksOf(page);
const files = filesOf(blocks);

const consoles = blocks.filter(({ language }) => language === 'console');
const commands = consoles.filter(({ isSession }) => !isSession).flatMap(({ text }) => commandsIn(text));
/** The commands of a session use the files of earlier ones. */
const sessions = consoles.filter(({ isSession }) => isSession).map(({ text }) => commandsIn(text));

/** Commands about tests use the file with tests, and a command can name a file that others do not have. */
const isUsed = (file: string, command: string): boolean =>
  file === 'policy/main.polar' ||
  file === 'nanook.config.json' ||
  command.includes(file) ||
  (file.startsWith('src/') && command.startsWith('migrate')) ||
  (file === 'policy/tests.polar' &&
    (['test --coverage', 'test --mutate'].includes(command) || command.startsWith('bundle build')));

/** Replaces the times and hashes that differ in each run. */
const withoutRun = (text: string): string =>
  text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)').replaceAll(/\b[0-9a-f]{64}\b/g, '(hash)');

describe('the guide "The command line"', () => {
  it('shows the commands that decide, check and format', () => {
    expect(commands.length).toBeGreaterThanOrEqual(9);
  });

  it.each(commands)('shows the output of nanook $command', async ({ command, output }) => {
    await enterFolder(Object.fromEntries(Object.entries(files).filter(([name]) => isUsed(name, command))));
    const { out, err } = await nanook(...wordsOf(command));
    expect(out + err).toBe(output);
  });

  it.each(sessions)(
    'shows the output of the session that starts with nanook $command',
    async (...session) => {
      const isOfSession = (name: string): boolean => session.some(({ command }) => isUsed(name, command));
      await enterFolder(Object.fromEntries(Object.entries(files).filter(([name]) => isOfSession(name))));
      for (const { command, output } of session) {
        const { out, err } = await nanook(...wordsOf(command));
        expect(withoutRun(out + err)).toBe(withoutRun(output));
      }
    },
  );

  it('has no command that this test cannot run, except in a pipe', () => {
    const all = page.match(/^\$ .*$/gm) ?? [];
    expect(all.filter((line) => !line.startsWith('$ nanook '))).toEqual([
      expect.stringContaining('| nanook repl'),
    ]);
  });
});
