// Checks the built site: links, resources of other hosts, the addresses of codes, and pages in a browser.
import { execFileSync } from 'node:child_process';
import { root } from '../docs/root.ts';
import { browserFaults, chromiumPath } from './browser-checks.ts';
import { brokenLinks, foreignResources, missingPages, unreachablePages } from './check-links.ts';

const groups: Record<string, readonly string[]> = {
  'broken links': brokenLinks(),
  'pages without a way from the front page': unreachablePages(),
  'resources of other hosts': foreignResources(),
  'addresses of codes without a page': missingPages(codeUrls()),
};
if (chromiumPath === undefined) {
  console.warn(
    'NO BROWSER: contrast, focus, layout and search were not checked. Install chromium, or set CHROMIUM_PATH.',
  );
} else {
  groups['faults in Chromium'] = await browserFaults(chromiumPath);
}
for (const [name, faults] of Object.entries(groups)) {
  console.log(`${faults.length === 0 ? '✓' : '✗'} ${name}: ${faults.length}`);
  for (const fault of faults) console.log(`  ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
}

/** Returns the addresses that the built command line prints for all codes. */
function codeUrls(): readonly string[] {
  const command = `${root}packages/cli/dist/bin.mjs`;
  const json = execFileSync(process.execPath, [command, 'code', '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  });
  const entries = JSON.parse(json) as readonly { readonly url: string }[];
  if (entries.length < 200) throw new Error(`expected more than 200 codes, found ${entries.length}`);
  return entries.map(({ url }) => url);
}
