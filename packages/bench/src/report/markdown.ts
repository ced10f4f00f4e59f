import type { Cell, Results } from '../results.ts';
import { libraries, type Library } from '../library.ts';
import type { Scenario } from '../scenario.ts';
import { scenarios } from '../scenarios/index.ts';
import { duration, nameOf, ratio, significant } from './names.ts';

/** Renders the whole report. Values that were not measured are left out. */
export function markdown(results: Results): string {
  return [
    '# Performance',
    '',
    'What one permission check costs, beside other libraries and beside a function written by hand. Everything here is written by',
    `\`npm run bench -- --write\`${results.quick ? ' (here with `--quick`: short rounds, figures for orientation only)' : ''}; the sources are in [packages/bench](../../packages/bench).`,
    '',
    ...method(results),
    ...overview(results),
    ...scenarios.flatMap((scenario) => section(results, scenario)),
    ...firstChecks(results),
    ...once(results),
    ...sizes(results),
    ...reasons(results),
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trimEnd()
    .concat('\n');
}

function method({ machine, versions, build, load, seed, rounds, roundMs, at }: Results): string[] {
  return [
    '## How it is measured',
    '',
    '- A scenario is a world of objects in memory, drawn from a seed, and 1,000 questions, half of them allowed. The timed loop goes through all of',
    '  them, again and again; its own cost is in every figure.',
    '- Nanook runs as it is published: the built package, with `isAllowedSync`, and `isAllowed` where the scenario has promises. It gets the policy, the classes',
    '  and no other option. *Fields declared* adds the [types of fields](../guides/types.md#fields), *compiled ahead* is a module written by',
    '  [`compilePolicy`](../guides/compiling-ahead.md), *no code generation* adds the option `engine:',
    "  'closures'`, *machine* `engine: 'machine'`.",
    '- `NODE_ENV` is `production`, as in a server. Elsewhere Nanook also looks for mistakes in calls: denials, and checks with promises, take longer.',
    '- Each library runs in a process of its own for each scenario and size. Before anything is timed, its answers are compared with those of an oracle, which shares',
    '  no code with any of them; while it is timed, the number of allowed checks is. A library too slow for 1,000 questions is asked as many as it answers in the time.',
    `- The libraries take turns: ${rounds} rounds each of at least ${roundMs} ms, in changing order, after warming up. Figures are medians, with the fastest and the slowest round.`,
    '- *Hand-written* is what an expert would write for this one scenario, with all checks that its own correctness needs. It stands beside each policy, in `hand.ts`.',
    '- Each library is told the policy as its documentation recommends. What it cannot express is said [below](#not-measured).',
    '',
    ...(Math.max(...load) > machine.cores / 2 + 1
      ? ['**The machine was busy with other things. These figures are for orientation, the ratios too.**', '']
      : []),
    '| | |',
    '| --- | --- |',
    `| measured | ${at.slice(0, 10)}${build === undefined ? '' : `, ${build}`}, seed ${seed} |`,
    `| processor | ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB |`,
    `| system | ${machine.os}, load average ${load.map((value) => value.toFixed(2)).join(' before, ')} after |`,
    `| Node | ${machine.node} |`,
    ...Object.entries(versions).map(([name, version]) => `| \`${name}\` | ${version} |`),
    '',
  ];
}

const sizesIn = (cells: readonly Cell[]) => [...new Set(cells.map(({ size }) => size))];
const find = (cells: readonly Cell[], library: Library, size: number) =>
  cells.find((cell) => cell.library === library && cell.size === size);
const cellsOf = ({ cells }: Results, { id }: Scenario) => cells.filter((cell) => cell.scenario === id);
const measured = (cells: readonly Cell[]) =>
  libraries.filter((library) => cells.some((cell) => cell.library === library && cell.ns !== undefined));

const labelOf = (scenario: Scenario, size: number) =>
  scenario.size === undefined || scenario.size.of.length === 1
    ? scenario.id
    : `${scenario.id}, ${scenario.size.name} = ${size.toLocaleString('en-US')}`;

/** All scenarios in one table: time, and ratio to the hand-written function. */
function overview(results: Results): string[] {
  const columns = measured(results.cells);
  if (columns.length === 0) return [];
  const rows = scenarios.flatMap((scenario) => {
    const cells = cellsOf(results, scenario);
    return sizesIn(cells).map((size) => {
      const hand = find(cells, 'hand', size)?.ns;
      const texts = columns.map((library) => {
        const ns = find(cells, library, size)?.ns;
        if (ns === undefined) return '–';
        if (library === 'hand' || hand === undefined) return duration(ns.median);
        return `${duration(ns.median)} (${ratio(ns.median / hand.median)})`;
      });
      return `| ${labelOf(scenario, size)} | ${texts.join(' | ')} |`;
    });
  });
  return [
    '## Overview',
    '',
    'Time for one check; in brackets, how many times that of the hand-written function. –: not measured.',
    '',
    `| | ${columns.map((library) => nameOf[library]).join(' | ')} |`,
    `| --- |${columns.map(() => ' --: |').join('')}`,
    ...rows,
    '',
    '![Time for one check in each scenario](performance-checks.svg)',
    '',
    '![Time for one check, as policies and data grow](performance-growth.svg)',
    '',
  ];
}

function section(results: Results, scenario: Scenario): string[] {
  const cells = cellsOf(results, scenario);
  if (cells.length === 0) return [];
  return [
    `## ${scenario.id}: ${scenario.title}`,
    '',
    `${scenario.summary.charAt(0).toUpperCase()}${scenario.summary.slice(1)}.`,
    '',
    ...sizesIn(cells).flatMap((size) => table(scenario, cells, size)),
    ...(scenario.notes ?? []).flatMap((note) => [note, '']),
  ];
}

function table(scenario: Scenario, cells: readonly Cell[], size: number): string[] {
  const hand = find(cells, 'hand', size)?.ns?.median;
  const oso = find(cells, 'oso', size)?.ns?.median;
  const first = labelOf(scenario, size) === scenario.id ? '' : labelOf(scenario, size);
  const rows = libraries.flatMap((library) => {
    const cell = find(cells, library, size);
    if (cell?.ns === undefined) return [];
    const { ns, asked, of, engine } = cell;
    const name = engine === undefined ? nameOf[library] : `${nameOf[library]} (${engine})`;
    const columns = [
      name,
      duration(ns.median),
      `${duration(ns.min)} – ${duration(ns.max)}`,
      hand === undefined ? '' : ratio(ns.median / hand),
      oso === undefined ? '' : ratio(oso / ns.median),
      asked === of ? '' : `${asked} of ${of!.toLocaleString('en-US')} questions`,
    ];
    return [`| ${columns.join(' | ')} |`];
  });
  return [
    `| ${first} | one check | fastest – slowest | to hand-written | faster than oso | |`,
    '| --- | --: | --: | --: | --: | --- |',
    ...rows,
    '',
  ];
}

/** Renders the time of the first check of each type, which includes the work that loading does not do. */
function firstChecks(results: Results): string[] {
  const rows = results.cells.flatMap(({ scenario: id, library, size, first, loadMs }) => {
    if (library !== 'nanook' || first === undefined) return [];
    const scenario = scenarios.find((known) => known.id === id)!;
    const ms = (value: number) => duration(value * 1e6);
    return [
      `| ${labelOf(scenario, size)} | ${loadMs === undefined ? '' : ms(loadMs)} | ${ms(first.veryFirstMs)} | ${first.count.toLocaleString('en-US')} | ${ms(first.ms.median)} | ${ms(first.ms.max)} |`,
    ];
  });
  if (rows.length === 0) return [];
  return [
    '## First checks',
    '',
    'Nanook: the load of the policy, the very first check, and the first check of each further type, in a process that has done nothing before.',
    '',
    '| | load | very first | types | median of the others | slowest |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
    '',
  ];
}

function once({ once: found }: Results): string[] {
  if (found.length === 0) return [];
  return [
    '## Import, load, memory',
    '',
    'Each in fresh processes. Imports are measured within Node, whose own start is not part of them. The heap is what Nanook adds to it, after garbage collection.',
    '',
    '| | median | fastest – slowest |',
    '| --- | --: | --: |',
    ...found.map(
      ({ what, unit, value }) =>
        `| ${what} | ${significant(value.median)} ${unit} | ${significant(value.min)} – ${significant(value.max)} |`,
    ),
    '',
  ];
}

function sizes({ sizes: found }: Results): string[] {
  if (found.length === 0) return [];
  const kib = (bytes: number) => `${significant(bytes / 1024)} KiB`;
  return [
    '## Size',
    '',
    'Everything that an entry exports, with its dependencies, bundled and minified by esbuild, then compressed by gzip.',
    '',
    '| | minified | gzip |',
    '| --- | --: | --: |',
    ...found.map(({ what, minified, gzip }) => `| ${what} | ${kib(minified)} | ${kib(gzip)} |`),
    '',
  ];
}

/** Why there are gaps: each reason once, with the scenarios that it is about. */
function reasons(results: Results): string[] {
  const found = new Map<string, Cell[]>();
  for (const cell of results.cells) {
    if (cell.note === undefined) continue;
    const reason = cell.note.split('\n')[0]!.replaceAll('|', '\\|');
    const key = `| ${nameOf[cell.library]} | ${reason}`;
    const same = found.get(key);
    if (same === undefined) found.set(key, [cell]);
    else same.push(cell);
  }
  if (found.size === 0) return [];
  return [
    '## Not measured',
    '',
    '| | why | in |',
    '| --- | --- | --- |',
    ...[...found].map(([key, cells]) => `${key} | ${whereOf(results, cells)} |`),
    '',
  ];
}

/** The scenarios of some cells of one library; with sizes, where others were measured. */
function whereOf(results: Results, cells: readonly Cell[]): string {
  const [{ library }] = cells as [Cell];
  const all = results.cells.filter((cell) => cell.library === library);
  if (all.length === cells.length) return 'all';
  return scenarios
    .flatMap((scenario) => {
      const here = cells.filter((cell) => cell.scenario === scenario.id);
      if (here.length === 0) return [];
      if (all.filter((cell) => cell.scenario === scenario.id).length === here.length) return [scenario.id];
      return here.map(({ size }) => labelOf(scenario, size));
    })
    .join('; ');
}
