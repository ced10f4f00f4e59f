// Writes docs/reference/errors.md from packages/core/src/diagnostics/codes.ts, web-errors.md from the tables of http and nestjs,
// orm-errors.md from the table of orm, and log-errors.md from that of log.
// The tests that compare the pages with the codes also render them, so `npm test` fails if a page is out of date.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const vitest = dirname(createRequire(import.meta.url).resolve('vitest/package.json'));
const { status } = spawnSync(
  process.execPath,
  [
    join(vitest, 'vitest.mjs'),
    'run',
    '--project',
    'core',
    '--project',
    'nestjs',
    '--project',
    'orm',
    '--project',
    'log',
    'errors-page',
    '--update',
  ],
  { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' },
);
process.exitCode = status ?? 1;
