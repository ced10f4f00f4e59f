// Writes docs/reference/errors.md from packages/core/src/diagnostics/codes.ts, web-errors.md from the tables of http and nestjs,
// orm-errors.md from the table of orm, and log-errors.md from that of log. The same tests write the codes that `nanook code` prints, as
// JSON in packages/cli/src/codes. The last step makes docs/reference/codes.md of them.
// The tests that compare the pages with the codes also render them, so `npm test` fails if a page is out of date.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

// Codes last, because that page is made of the others.
for (const tests of [['errors-page', 'debug-examples'], ['codes-page']]) {
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', 'shared', '--project', 'isolated', ...tests, '--update'],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' },
  );
  process.exitCode ||= status ?? 1;
}
