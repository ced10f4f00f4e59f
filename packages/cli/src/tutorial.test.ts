import { describe, expect, it } from 'vitest';
import { blocksOf, commandsIn, filesOf, readPage, wordsOf } from './testing/page.fixture.js';
import { enterFolder, nanook } from './testing/run.fixture.js';

const names = [
  '1-a-rule-and-a-test',
  '2-roles',
  '3-teams',
  '4-a-web-application',
  '5-lists',
  '6-a-change',
].map((name) => `guides/tutorial/${name}.md`);

/** Each step, with the files of all steps up to it. */
const steps = names.map((name, i) => ({
  name,
  files: Object.assign({}, ...names.slice(0, i + 1).map((each) => filesOf(blocksOf(readPage(each))))),
  commands: blocksOf(readPage(name))
    .filter(({ language }) => language === 'console')
    .flatMap(({ text }) => commandsIn(text)),
}));

describe('the tutorial', () => {
  it.each(steps)('shows the outputs of the commands of $name', async ({ files, commands }) => {
    await enterFolder(files);
    for (const { command, output } of commands) {
      const { out, err } = await nanook(...wordsOf(command));
      expect(out + err).toBe(output);
    }
  });

  it('checks and tests the policy of each step without a finding', async () => {
    for (const { files } of steps.slice(0, 5)) {
      await enterFolder(files);
      expect((await nanook('check', '--max-warnings', '0')).code).toBe(0);
      expect((await nanook('test')).code).toBe(0);
    }
  });

  it('lists its steps in order, and each step leads to the next one', () => {
    const index = readPage('guides/tutorial/README.md');
    const links = [...index.matchAll(/^\d\. \[[^\]]+\]\((.*)\)/gm)].map(
      ([, link]) => `guides/tutorial/${link}`,
    );
    expect(links).toEqual(names);
    for (const [i, next] of names.slice(1).entries())
      expect(readPage(names[i]!)).toMatch(
        new RegExp(`^Next: \\[.*\\]\\(${next.split('/').at(-1)}\\)\\.$`, 'm'),
      );
  });
});
