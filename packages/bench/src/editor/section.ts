import { significant } from '../report/names.ts';
import type { EditCell, EditKind, EditorResults } from './results.ts';

const names: Readonly<Record<EditKind, string>> = {
  rule: 'a new rule',
  comment: 'a comment',
  field: 'the name of a field in a rule',
  role: 'the name of a role in a block',
};

/** Renders the figures of an editor. */
export function editorSection(results: EditorResults): string {
  const { machine, build, load, at, quick, cpu, lines, files, types, verified, firstMs, cells, all, heapMb } =
    results;
  return [
    '## Findings in an editor',
    '',
    `A policy of ${lines.toLocaleString('en-US')} lines in ${files} files, with ${types} types. The ${cpu ? 'processor time' : 'time'} from a key to the findings of all files${quick ? ' (with `--quick`: figures for orientation only)' : ''}.`,
    `The findings after each of ${verified} keys in a small policy were those of a fresh check.`,
    '',
    '| The keys change | keys | p50 | p95 | slowest |',
    '| --- | --: | --: | --: | --: |',
    ...cells.map((cell) => row(names[cell.kind], cell)),
    row('**all**', all),
    '',
    `The first check: ${ms(firstMs)}. Heap afterward: ${significant(heapMb)} MB.`,
    '',
    `Measured ${at.slice(0, 10)}${build === undefined ? '' : `, ${build}`}, on ${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; load average`,
    `${load.map((value) => value.toFixed(2)).join(' before, ')} after.`,
    '',
  ].join('\n');
}

const row = (name: string, { keys, p50, p95, max }: Omit<EditCell, 'kind'>): string =>
  `| ${name} | ${keys.toLocaleString('en-US')} | ${ms(p50)} | ${ms(p95)} | ${ms(max)} |`;

const ms = (value: number): string => `${significant(value)} ms`;
