import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { help, parseOptions } from './options.ts';
import { checksChart, growthChart } from './report/chart.ts';
import { markdown } from './report/markdown.ts';
import type { Results } from './results.ts';
import { measureAll } from './run.ts';

const options = parse();
if (options === 'help') {
  process.stdout.write(help);
} else if (options !== undefined) {
  const results =
    options.from === undefined
      ? await measureAll(options)
      : (JSON.parse(readFileSync(options.from, 'utf8')) as Results);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, undefined, 1)}\n`);
  if (options.write) {
    const to = (name: string) => fileURLToPath(new URL(`../../../docs/reference/${name}`, import.meta.url));
    writeFileSync(to('performance.md'), markdown(results));
    writeFileSync(to('performance-checks.svg'), checksChart(results));
    writeFileSync(to('performance-growth.svg'), growthChart(results));
    process.stderr.write(`written: ${to('performance.md')}\n`);
  } else {
    process.stdout.write(`\n${markdown(results)}`);
  }
}

/** Returns the options. If they are invalid, prints the reason and returns `undefined`. */
function parse() {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    process.exitCode = 1;
    return undefined;
  }
}
