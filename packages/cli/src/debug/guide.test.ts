import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enterFolder, nanookWith } from '../testing/run.fixture.js';

const page = readFileSync(new URL('../../../../docs/guides/debugging.md', import.meta.url), 'utf8');
const blockOf = (language: string): string =>
  new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)![1]!;
const files = {
  'policy/main.polar': blockOf('polar').replace(/^# file:.*\n/, ''),
  'nanook.config.json': blockOf('json'),
};

/** The sessions of the page: the arguments, the commands after each prompt, and the output with them. */
const sessions = [...page.matchAll(/^```console\n\$ nanook debug (.*)\n([\s\S]*?)^```$/gm)].map(
  ([, args, output]) => ({
    args: args!.split(' '),
    commands: [...output!.matchAll(/^debug> (.*)$/gm)].map(([, command]) => command!),
    output: output!,
  }),
);

describe('the guide "Stepping through a policy"', () => {
  it('shows two sessions', () => {
    expect(sessions).toHaveLength(2);
  });

  it.each(sessions)('shows the output of the commands $commands', async ({ args, commands, output }) => {
    await enterFolder(files);
    const input = commands.map((command) => `${command}\n`).join('');
    const { out, err } = await nanookWith(input, 'debug', ...args);
    expect(out + err).toBe(output);
  });
});
