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
  [
    ...page.matchAll(
      /^```(?:ts fragment|polar|polar fragment|prisma fragment)\n(?:\/\/|#) file: (.*)\n([\s\S]*?)^```$/gm,
    ),
  ].map(([, name, text]) => [name!, text!] as const),
);
const generated = 'src/policy-types.d.ts';

const { [generated]: _generated, ...others } = files;
const application = {
  ...others,
  // A temporary folder has no packages.
  'nanook.config.ts': others['nanook.config.ts']!.replace(/^import \{ defineConfig.*\n/m, '').replace(
    /defineConfig\((.*)\)/,
    '$1',
  ),
  'tsconfig.json': '{ "include": ["src"] }',
};

it('the guide "Let the compiler check actions" shows what nanook typegen prints and writes', async () => {
  await enterFolder(application);
  const { out, err } = await nanook('typegen');
  expect(err).toBe('');
  expect(page).toContain(`$ npx nanook typegen\n${out}\`\`\``);
  expect(await contentOf(generated)).toBe(files[generated]);
});

it('the guide "Let the compiler check actions" shows what --from prisma finds', async () => {
  await enterFolder(application);
  const args = ['--policy', 'attributes.polar', '--from', 'prisma'];
  const { code, out } = await nanook('typegen', ...args);
  expect(code).toBe(1);
  expect(page).toContain(`$ npx nanook typegen ${args.join(' ')}\n${out}\`\`\``);
});

it('the guide "Let the compiler check actions" shows which calls compile', { timeout: 60_000 }, () => {
  const sources = Object.fromEntries(Object.entries(files).filter(([name]) => name.endsWith('.ts')));
  expect(Object.keys(sources)).toHaveLength(7);
  expect(compile(sources)).toEqual([]);
});
