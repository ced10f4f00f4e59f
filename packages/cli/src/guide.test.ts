import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enterFolder, nanook } from './testing/run.fixture.js';

const page = readFileSync(new URL('../../../docs/guides/command-line.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
  language,
  text: text!,
}));

/** The named files of the page, and its configuration. */
const files = Object.fromEntries([
  ...blocks
    .filter(({ text }) => /^(?:#|\/\/) file: /.test(text))
    .map(({ text }) => {
      const [first = '', ...lines] = text.split('\n');
      return [first.replace(/^.* file: /, ''), lines.join('\n')] as const;
    }),
  ['nanook.config.json', blocks.find(({ language }) => language === 'json')!.text],
]);

/** The commands of the page without a pipe, each with the output below it. */
const commands = blocks
  .filter(({ language }) => language === 'console')
  .flatMap(({ text }) => [...text.matchAll(/^\$ nanook (.*)\n((?:(?!\$ )[^\n]*\n)*)/gm)])
  .map(([, command, output]) => ({ command: command!, output: output! }));

/** Commands about tests use the file with tests, and a command can name a file that others do not have. */
const isUsed = (file: string, command: string): boolean =>
  file === 'policy/main.polar' ||
  file === 'nanook.config.json' ||
  command.includes(file) ||
  (file.startsWith('src/') && command.startsWith('migrate')) ||
  (file === 'policy/tests.polar' && command === 'test --coverage');

/** Splits a command as a shell does, with quotes. */
const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

describe('the guide "The command line"', () => {
  it('shows the commands that decide, check and format', () => {
    expect(commands.length).toBeGreaterThanOrEqual(9);
  });

  it.each(commands)('shows the output of nanook $command', async ({ command, output }) => {
    await enterFolder(Object.fromEntries(Object.entries(files).filter(([name]) => isUsed(name, command))));
    const { out, err } = await nanook(...words(command));
    expect(out + err).toBe(output);
  });

  it('has no command that this test cannot run, except in a pipe', () => {
    const all = page.match(/^\$ .*$/gm) ?? [];
    expect(all.filter((line) => !line.startsWith('$ nanook '))).toEqual([
      expect.stringContaining('| nanook repl'),
    ]);
  });
});
