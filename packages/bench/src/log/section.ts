import { significant } from '../report/names.ts';
import type { HookCell, HookId, LogResults } from './results.ts';

const names: Readonly<Record<HookId, string>> = {
  none: 'without `onDecision`',
  empty: '`onDecision: () => {}`',
  'json-lines': '`decisionLog` into JSON lines',
};

/** Renders the figures of the decision log. */
export function logSection(results: LogResults): string {
  const { machine, build, load, rounds, seconds, at, quick, cpu, cells, stuck } = results;
  const isBusy = Math.max(...load) > machine.cores / 2 + 1;
  return [
    '## Decision log',
    '',
    `Checks at a rate of 100,000 in a second, in ${rounds} rounds of ${seconds} s${quick ? ' (with `--quick`: figures for orientation only)' : ''}. Figures are medians.`,
    '',
    ...(isBusy
      ? ['**Other programs were running on the machine. These figures are for orientation only.**', '']
      : []),
    `| | ${cpu ? 'processor time' : 'time'} of a check | fastest – slowest | CPU with the background | checks in a second | records in the files |`,
    '| --- | --: | --: | --: | --: | --: |',
    ...cells.map(row),
    '',
    `Heap that a stuck sink adds: ${stuck.map(({ decisions, heapMb }) => `${significant(heapMb)} MB after ${number(decisions)} decisions`).join(', ')}.`,
    '',
    `Measured ${at.slice(0, 10)}${build === undefined ? '' : `, ${build}`}, on ${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; load average`,
    `${load.map((value) => value.toFixed(2)).join(' before, ')} after.`,
    '',
  ].join('\n');
}

const row = ({ hook, callerUs, cpuUs, rate, checks, stored }: HookCell): string =>
  `| ${names[hook]} | ${us(callerUs.median)} | ${us(callerUs.min)} – ${us(callerUs.max)} | ${us(cpuUs.median)} | ${number(Math.round(rate.median))} | ${stored === undefined ? '' : `${number(stored)} of ${number(checks)}`} |`;

const us = (value: number): string => `${significant(value)} µs`;
const number = (value: number): string => value.toLocaleString('en-US');
