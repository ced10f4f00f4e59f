import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { blocksOf, commandsIn, filesOf, readPage, wordsOf } from './testing/page.fixture.js';
import { enterFolder, nanook } from './testing/run.fixture.js';

const folder = 'guides/recipes';
const names = globSync('*.md', {
  cwd: fileURLToPath(new URL(`../../../docs/${folder}`, import.meta.url)),
})
  .filter((name) => name !== 'README.md')
  .toSorted();

/** Replaces the times of `Clock.now()`, which differ in each run. */
const withoutTimes = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '(time)');

describe('the recipes', () => {
  // The first page loads the modules of the commands.
  const timeout = 30_000;

  it.each(names)('show the outputs of the commands in %s', { timeout }, async (name) => {
    const blocks = blocksOf(readPage(`${folder}/${name}`));
    await enterFolder(filesOf(blocks));
    const commands = blocks
      .filter(({ language }) => language === 'console')
      .flatMap(({ text, flags }) => commandsIn(text).map((each) => ({ ...each, flags })));
    expect(commands.map(({ command }) => command.split(' ')[0])).toEqual(['test', 'where']);
    for (const { command, output, flags } of commands) {
      const mask = flags.includes('varying') ? withoutTimes : String;
      const { out, err } = await nanook(...wordsOf(command));
      expect(mask(out + err)).toBe(mask(output));
    }
  });

  it.each(names)(
    'have a policy without a finding in %s, and a test of each rule',
    { timeout },
    async (name) => {
      await enterFolder(filesOf(blocksOf(readPage(`${folder}/${name}`))));
      expect(await nanook('check', '--max-warnings', '0')).toMatchObject({ code: 0 });
      expect(await nanook('fmt', '--check')).toMatchObject({ code: 0 });
      const { code, out } = await nanook('test', '--coverage');
      expect(code).toBe(0);
      expect(out).toMatch(/^ {2}rules +100\.0 %/m);
    },
  );

  it('have links from the index to each page', () => {
    const index = readPage(`${folder}/README.md`);
    for (const name of names) expect(index).toContain(`](${name})`);
  });
});
