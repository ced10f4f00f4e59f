import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentation, help, parseOptions, type Options } from './options.ts';
import { checksChart, growthChart } from './report/chart.ts';
import { markdown } from './report/markdown.ts';
import type { Results } from './results.ts';
import { measureAll } from './run.ts';
import { measureEditor } from './editor/run.ts';
import { editorSection } from './editor/section.ts';
import type { FleetResults } from './fleet/results.ts';
import { measureFleets } from './fleet/run.ts';
import { fleetSection } from './fleet/section.ts';
import type { LogResults } from './log/results.ts';
import { measureLog } from './log/run.ts';
import { logSection } from './log/section.ts';
import { measureOso, osoSection } from './oso/run.ts';
import type { ListResults } from './lists/results.ts';
import { measureLists } from './lists/run.ts';
import { listSection, listSectionOf, withListSection } from './lists/section.ts';
import type { WebResults } from './web/results.ts';
import { measureServer, type ServerResults } from './server/run.ts';
import { serverSection } from './server/section.ts';
import { measureWeb } from './web/run.ts';
import { webSection, webSectionOf, withWebSection } from './web/section.ts';

const options = parse();
/** Returns the published page, of which a run replaces one part. */
const published = () => readFileSync(join(documentation, 'performance.md'), 'utf8');

if (options === 'help') {
  process.stdout.write(help);
} else if (options?.web) {
  const results = await resultsOf<WebResults>(options, measureWeb);
  if (options.to === undefined) process.stdout.write(`\n${webSection(results)}`);
  else write(options.to, 'performance.md', withWebSection(published(), webSection(results)));
} else if (options?.lists) {
  const results = await resultsOf<ListResults>(options, measureLists);
  if (options.to === undefined) process.stdout.write(`\n${listSection(results)}`);
  else write(options.to, 'performance.md', withListSection(published(), listSection(results)));
} else if (options?.oso) {
  process.stdout.write(`\n${osoSection(await resultsOf(options, measureOso))}`);
} else if (options?.server) {
  process.stdout.write(`\n${serverSection(await resultsOf<ServerResults>(options, measureServer))}`);
} else if (options?.editor) {
  process.stdout.write(`\n${editorSection(await resultsOf(options, measureEditor))}`);
} else if (options?.log) {
  process.stdout.write(`\n${logSection(await resultsOf<LogResults>(options, measureLog))}`);
} else if (options?.fleet) {
  process.stdout.write(`\n${fleetSection(await resultsOf<FleetResults>(options, measureFleets))}`);
} else if (options !== undefined) {
  const results = await resultsOf<Results>(options, measureAll);
  const { to } = options;
  if (to === undefined) {
    process.stdout.write(`\n${markdown(results)}`);
  } else {
    const withLists = withListSection(markdown(results), listSectionOf(published()));
    write(to, 'performance.md', withWebSection(withLists, webSectionOf(published())));
    write(to, 'performance-checks.svg', checksChart(results));
    write(to, 'performance-growth.svg', growthChart(results));
  }
}

/** Measures, or reads saved figures. */
async function resultsOf<Figures>(
  given: Options,
  measure: (options: Options) => Figures | Promise<Figures>,
): Promise<Figures> {
  const { from, json } = given;
  const results =
    from === undefined ? await measure(given) : (JSON.parse(readFileSync(from, 'utf8')) as Figures);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, undefined, 1)}\n`);
  return results;
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, text);
  process.stderr.write(`written: ${file}\n`);
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
