// Renders the tables of all scenarios: the times, and the ratios to the hand-written function for the same data.
import type { Cell, Results } from '../results.ts';
import type { Scenario } from '../scenario.ts';
import { scenarios } from '../scenarios/index.ts';
import { bySize, cellsOf, findCell, labelOf, type Series, seriesOf } from './cells.ts';
import { duration, nameOf, ratio } from './names.ts';

interface Column extends Series {
  readonly title: string;
}

const column = (title: string, shape: Series['shape'], library: Series['library']): Column => ({
  title,
  shape,
  library,
});

const rowColumns: readonly Column[] = [
  column('hand-written', 'typed', 'hand'),
  column('Nanook', 'typed', 'nanook'),
  column('Nanook, audit hook', 'typed', 'nanook-hook'),
  column('Nanook, rows new for each check', 'new', 'nanook'),
  column('Nanook, discriminator', 'discriminator', 'nanook'),
  column('Nanook, fields declared', 'fields', 'nanook'),
  column('Nanook, ahead of time', 'typed', 'nanook-ahead'),
  column('CASL, built once', 'typed', 'casl'),
  column('CASL, built per check', 'typed', 'casl-request'),
];

const instanceColumns: readonly Column[] = [
  ...seriesOf('instances', 'hand', 'nanook', 'nanook-hook', 'nanook-declared'),
  ...seriesOf('grants', 'nanook'),
  ...seriesOf('instances', 'nanook-ahead', 'oso', 'casl', 'casl-request', 'casbin', 'cedar', 'accesscontrol'),
].map(({ shape, library }) =>
  column(shape === 'grants' ? 'Nanook, plain grants' : nameOf[library], shape, library),
);

const specialColumns: readonly Column[] = [
  column('hand-written, rows', 'typed', 'hand'),
  column('Nanook, rows', 'typed', 'nanook'),
  column('single checks, rows', 'typed', 'nanook-singles'),
  column('CASL, rows', 'typed', 'casl'),
  column('hand-written, instances', 'instances', 'hand'),
  column('Nanook, instances', 'instances', 'nanook'),
  column('audit hook, instances', 'instances', 'nanook-hook'),
  column('single checks, instances', 'instances', 'nanook-singles'),
  column('oso, instances', 'instances', 'oso'),
  column('CASL, instances', 'instances', 'casl'),
];

/** Renders the overview. It starts with the rows of a database, which most applications have. */
export function overview(results: Results): string[] {
  const usual = scenarios.filter(({ isSpecial }) => isSpecial !== true);
  const special = scenarios.filter(({ isSpecial }) => isSpecial === true);
  const tables = [
    ...table(results, usual, rowColumns, [
      '### Plain rows',
      '',
      'Actors and resources are plain objects, as database libraries return them, tagged with `typed`. CASL tags them with `subject()`.',
    ]),
    ...table(results, usual, instanceColumns, ['### Instances of classes']),
    ...table(results, special, specialColumns, [
      '### Many rules, denials, enumerations and mixed data',
      '',
      'Each row is one difficulty that policies or data can have.',
    ]),
  ];
  if (tables.length === 0) return [];
  return [
    '## Overview',
    '',
    'Time for one check. The ratio to the hand-written function for the same data is in parentheses; – means not measured.',
    '',
    ...tables,
    '![Time for one check in each scenario](performance-checks.svg)',
    '',
    '![Time for one check, as policies and data grow](performance-growth.svg)',
    '',
  ];
}

function table(
  results: Results,
  shown: readonly Scenario[],
  all: readonly Column[],
  intro: readonly string[],
): string[] {
  const parts = shown.flatMap((scenario) =>
    [...bySize(cellsOf(results, scenario))].map(([size, cells]) => ({
      label: labelOf(scenario, size),
      cells,
    })),
  );
  const isMeasured = (cells: readonly Cell[], series: Series) => findCell(cells, series)?.ns !== undefined;
  const columns = all.filter((series) => parts.some(({ cells }) => isMeasured(cells, series)));
  const rows = parts
    .filter(({ cells }) => columns.some((series) => isMeasured(cells, series)))
    .map(({ label, cells }) => `| ${label} | ${columns.map((series) => text(cells, series)).join(' | ')} |`);
  if (rows.length === 0) return [];
  return [
    ...intro,
    '',
    `| | ${columns.map(({ title }) => title).join(' | ')} |`,
    `| --- |${columns.map(() => ' --: |').join('')}`,
    ...rows,
    '',
  ];
}

function text(cells: readonly Cell[], { shape, library }: Series): string {
  const ns = findCell(cells, { shape, library })?.ns;
  if (ns === undefined) return '–';
  const hand = findCell(cells, { shape, library: 'hand' })?.ns;
  if (library === 'hand' || hand === undefined) return duration(ns.median);
  return `${duration(ns.median)} (${ratio(ns.median / hand.median)})`;
}
