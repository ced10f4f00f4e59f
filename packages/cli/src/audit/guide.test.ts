import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { enterFolder, nanook } from '../testing/run.fixture.js';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../../../docs/guides/command-line/audit.md');
const block = (start: string): string =>
  new RegExp(`^\`\`\`${start}([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)![1]!;

it('the page of nanook audit shows the output of nanook audit', async () => {
  expect(block('ts fragment\n// file: src/app.ts\n')).toBe(read('guide-application.fixture.ts'));
  await enterFolder({
    'policy/main.polar': block('polar\n# file: policy/main.polar\n'),
    'nanook.config.json': block('json\n'),
    // A temporary folder has no packages, so the application of the page is loaded from this folder.
    'src/app.ts': 'export const { app } = globalThis as never;\n',
  });
  const { app } = await import('./guide-application.fixture.js');
  (globalThis as { app?: unknown }).app = app;
  const { code, out, err } = await nanook('audit');
  expect(err).toBe('');
  expect(code).toBe(1);
  // The lines of a transformed module are others.
  const shown = out.replace(/\(\S*guide-application\.fixture\.ts:\d+\)/, '(src/app.ts:18)');
  expect(shown).toBe(block('console\n\\$ nanook audit\n'));
});
