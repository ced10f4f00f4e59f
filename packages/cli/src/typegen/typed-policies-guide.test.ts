import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { contentOf, enterFolder, nanook } from '../testing/run.fixture.js';
import { compile } from './typed-calls.fixture.js';

const page = readFileSync(
  new URL('../../../../docs/guides/types/typed-policies.md', import.meta.url),
  'utf8',
);

/** The named files of the page, without the line of the name. */
const files = Object.fromEntries(
  [...page.matchAll(/^```(?:ts fragment|polar)\n(?:\/\/|#) file: (.*)\n([\s\S]*?)^```$/gm)].map(
    ([, name, text]) => [name!, text!] as const,
  ),
);
const generated = 'src/policy-types.d.ts';

it('the guide "Let the compiler check actions" shows what nanook typegen prints and writes', async () => {
  const { [generated]: expected, 'nanook.config.ts': config, ...others } = files;
  await enterFolder({
    ...others,
    // A temporary folder has no packages.
    'nanook.config.ts': config!
      .replace(/^import \{ defineConfig.*\n/m, '')
      .replace(/defineConfig\((.*)\)/, '$1'),
    'tsconfig.json': '{ "include": ["src"] }',
  });
  const { out, err } = await nanook('typegen');
  expect(err).toBe('');
  expect(page).toContain(`$ npx nanook typegen\n${out}\`\`\``);
  expect(await contentOf(generated)).toBe(expected);
});

it('the guide "Let the compiler check actions" shows which calls compile', { timeout: 60_000 }, () => {
  const { 'policy/main.polar': _policy, ...sources } = files;
  expect(Object.keys(sources)).toHaveLength(7);
  expect(compile(sources)).toEqual([]);
});
