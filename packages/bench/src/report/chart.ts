// Renders two charts as SVG, for light and dark themes.
import type { Cell, Results } from '../results.ts';
import { libraries, type Library } from '../library.ts';
import type { Scenario } from '../scenario.ts';
import { scenarios } from '../scenarios/index.ts';
import { cellsOf, type Series, seriesOf } from './cells.ts';
import { duration, nameOf } from './names.ts';

/** The colors for light and dark backgrounds. They also differ in lightness. */
const colors: Readonly<Record<Library, readonly [light: string, dark: string]>> = {
  hand: ['#57606a', '#9198a1'],
  nanook: ['#0550ae', '#58a6ff'],
  'nanook-hook': ['#0969da', '#79c0ff'],
  'nanook-declared': ['#218bff', '#a5d6ff'],
  'nanook-ahead': ['#8250df', '#a371f7'],
  'nanook-closures': ['#1b7c83', '#39c5cf'],
  'nanook-singles': ['#0a3069', '#80ccff'],
  'nanook-machine': ['#54aeff', '#388bfd'],
  oso: ['#a40e26', '#ff7b72'],
  casl: ['#116329', '#56d364'],
  'casl-request': ['#4ac26b', '#2ea043'],
  casbin: ['#953800', '#ffa657'],
  cedar: ['#6639ba', '#d2a8ff'],
  accesscontrol: ['#99286e', '#ff9bce'],
};

const style = `<style>
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 } .small { font-size: 11px; fill: #59636e }
  .grid { stroke: #d1d9e0; stroke-width: 1 } .ground { fill: #ffffff }
${libraries.map((library) => `  .${library} { fill: ${colors[library][0]}; stroke: ${colors[library][0]} }`).join('\n')}
  text[class] { stroke: none }
  polyline { stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .small { fill: #9198a1 } .grid { stroke: #3d444d } .ground { fill: #0d1117 }
${libraries.map((library) => `    .${library} { fill: ${colors[library][1]}; stroke: ${colors[library][1]} }`).join('\n')}
  }
</style>`;

const svg = (width: number, height: number, title: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${title}">`,
    `<title>${title}</title>`,
    style,
    `<rect class="ground" width="${width}" height="${height}" rx="6"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const round = (value: number) => Math.round(value * 10) / 10;
const text = (x: number, y: number, content: string, attributes = '') =>
  `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escape(content)}</text>`;
const line = (x1: number, y1: number, x2: number, y2: number) =>
  `<line class="grid" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"/>`;

/** Returns the powers of ten that enclose all values. */
function decades(values: readonly number[]): number[] {
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: Math.max(1, to - from) + 1 }, (_, i) => from + i);
}

const tick = (power: number) => duration(10 ** power).replace(/\.0+(?= )/, '');

/** The series of both charts, rows first. The overview and the tables have more. */
const shown: readonly Series[] = [
  ...seriesOf('typed', 'hand', 'nanook', 'nanook-hook', 'casl', 'casl-request'),
  ...seriesOf(
    'instances',
    'hand',
    'nanook',
    'nanook-ahead',
    'oso',
    'casl',
    'casl-request',
    'casbin',
    'cedar',
  ),
  ...seriesOf('instances', 'accesscontrol'),
];
const labelOf = ({ shape, library }: Series) =>
  shape === 'typed' ? `${nameOf[library]}, rows` : nameOf[library];

type MeasuredCell = Cell & Required<Pick<Cell, 'ns'>>;
const measuredIn = (results: Results, scenario: Scenario) =>
  cellsOf(results, scenario).filter(
    (cell): cell is MeasuredCell => cell.ns !== undefined && shown.some((series) => isOf(cell, series)),
  );
const isOf = (cell: Cell, { shape, library }: Series) => cell.shape === shape && cell.library === library;

/** Renders bars for the scenarios with one size, on a logarithmic scale. */
export function checksChart(results: Results): string {
  const groups = scenarios
    .filter(({ size, isSpecial }) => isSpecial !== true && (size === undefined || size.of.length === 1))
    .map((scenario) => ({ scenario, cells: measuredIn(results, scenario) }))
    .filter(({ cells }) => cells.length > 0);
  const title = 'Time for one check, on a logarithmic scale: shorter is faster';
  if (groups.length === 0) return svg(860, 60, title, [text(20, 35, 'Nothing was measured.')]);
  const powers = decades(groups.flatMap(({ cells }) => cells.map(({ ns }) => ns.median)));
  const left = 200;
  const right = 780;
  const x = (ns: number) =>
    left + ((Math.log10(ns) - powers[0]!) / (powers.at(-1)! - powers[0]!)) * (right - left);
  const parts: string[] = [text(20, 28, title, 'class="title"')];
  let y = 56;
  const bars: string[] = [];
  for (const { scenario, cells } of groups) {
    bars.push(text(20, y + 4, `${scenario.id}: ${scenario.title}`, 'class="title"'));
    y += 14;
    for (const series of shown) {
      const cell = cells.find((found) => isOf(found, series));
      if (cell === undefined) continue;
      const end = x(cell.ns.median);
      bars.push(
        text(left - 8, y + 11, labelOf(series), 'text-anchor="end"'),
        `<rect class="${series.library}" x="${left}" y="${y + 1}" width="${round(Math.max(1, end - left))}" height="13" rx="2"/>`,
        text(end + 6, y + 12, duration(cell.ns.median), 'class="small"'),
      );
      y += 18;
    }
    y += 22;
  }
  for (const power of powers) {
    parts.push(line(x(10 ** power), 44, x(10 ** power), y - 16));
    parts.push(text(x(10 ** power), y, tick(power), 'text-anchor="middle" class="small"'));
  }
  return svg(860, y + 16, title, [...parts, ...bars]);
}

/** Renders a panel of curves for each scenario with several sizes. */
export function growthChart(results: Results): string {
  const panels = scenarios
    .filter(({ size }) => size !== undefined && size.of.length > 1)
    .map((scenario) => ({ scenario, cells: measuredIn(results, scenario) }))
    .filter(({ cells }) => new Set(cells.map(({ size }) => size)).size > 1);
  const title = 'Time for one check, as policies and data grow';
  if (panels.length === 0) return svg(860, 60, title, [text(20, 35, 'Nothing was measured.')]);
  const drawn = shown.filter((series) =>
    panels.some(({ cells }) => cells.some((cell) => isOf(cell, series))),
  );
  const parts: string[] = [text(20, 28, title, 'class="title"')];
  drawn.forEach((series, i) => {
    const x = 20 + (i % 4) * 205;
    const y = 50 + Math.floor(i / 4) * 20;
    parts.push(
      `<line class="${series.library}" style="${lineStyle(series)}; stroke-width: 3" x1="${x}" y1="${y - 4}" x2="${x + 16}" y2="${y - 4}"/>`,
    );
    parts.push(text(x + 22, y, labelOf(series)));
  });
  const top = 50 + Math.ceil(drawn.length / 4) * 20;
  const [width, height] = [415, 270];
  panels.forEach(({ scenario, cells }, i) => {
    parts.push(panel(scenario, cells, 15 + (i % 2) * width, top + Math.floor(i / 2) * height));
  });
  return svg(860, top + Math.ceil(panels.length / 2) * height + 10, title, parts);
}

/** Lines for rows are dashed. */
const lineStyle = ({ shape }: Series) => `fill: none${shape === 'typed' ? '; stroke-dasharray: 5 3' : ''}`;

function panel(scenario: Scenario, cells: readonly MeasuredCell[], atX: number, atY: number): string {
  const sizes = [...new Set(cells.map(({ size }) => size))].sort((a, b) => a - b);
  const powers = decades(cells.map(({ ns }) => ns.median));
  const [left, right, top, bottom] = [atX + 62, atX + 390, atY + 30, atY + 215];
  const span = Math.log10(sizes.at(-1)! / sizes[0]!);
  const x = (size: number) => left + (Math.log10(size / sizes[0]!) / span) * (right - left);
  const y = (ns: number) =>
    bottom - ((Math.log10(ns) - powers[0]!) / (powers.at(-1)! - powers[0]!)) * (bottom - top);
  const parts = [text(atX + 5, atY + 16, `${scenario.id}: ${scenario.title}`, 'class="title"')];
  for (const power of powers) {
    parts.push(line(left, y(10 ** power), right, y(10 ** power)));
    parts.push(text(left - 6, y(10 ** power) + 4, tick(power), 'text-anchor="end" class="small"'));
  }
  for (const size of sizes) {
    const label = size.toLocaleString('en-US');
    parts.push(text(x(size), bottom + 16, label, 'text-anchor="middle" class="small"'));
  }
  parts.push(
    text((left + right) / 2, bottom + 32, scenario.size!.name, 'text-anchor="middle" class="small"'),
  );
  for (const series of shown) {
    const { library } = series;
    const points = cells
      .filter((cell) => isOf(cell, series))
      .map(({ size, ns }) => [round(x(size)), round(y(ns.median))] as const);
    if (points.length > 1)
      parts.push(
        `<polyline class="${library}" style="${lineStyle(series)}" points="${points.map((point) => point.join(',')).join(' ')}"><title>${labelOf(series)}</title></polyline>`,
      );
    for (const [px, py] of points)
      parts.push(
        `<circle class="${library}" cx="${px}" cy="${py}" r="3"><title>${labelOf(series)}</title></circle>`,
      );
  }
  return parts.join('\n');
}
