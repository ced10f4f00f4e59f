// Fails if a bundle has grown by more than 2 % over the size in sizes.json. `pnpm sizes --update` writes the current sizes into it:
// after a change that makes a bundle smaller, or that is worth its bytes. The packages must be built.
import { readFileSync, writeFileSync } from 'node:fs';
import { compiledSize } from './bundle-size.ts';
import { compiledSizes } from './compiled-size.ts';
import { startSizes } from './start-size.ts';

const file = new URL('../sizes.json', import.meta.url);
const tolerance = 1.02;

const [start, checked] = await startSizes();
const current: Readonly<Record<string, number>> = {
  'load and isAllowed, at the start': start.gzip,
  'load and isAllowed, after the first check': checked.gzip,
  'compiled ahead of time, with all exports': (await compiledSize()).gzip,
  ...Object.fromEntries((await compiledSizes()).map(({ what, gzip }) => [what, gzip])),
};

if (process.argv.includes('--update')) {
  writeFileSync(file, `${JSON.stringify(current, null, 2)}\n`);
} else {
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, number>>;
  for (const [what, bytes] of Object.entries(current)) {
    const before = recorded[what] ?? 0;
    const hasGrown = bytes > before * tolerance;
    console.log(`${hasGrown ? '✗' : '✓'} ${what}: ${bytes} bytes (gzip), recorded ${before}`);
    if (hasGrown) process.exitCode = 1;
  }
  if (process.exitCode === 1)
    console.error(
      'A bundle has grown by more than 2 %. Import the new code on demand, or record the size: pnpm sizes --update',
    );
}
