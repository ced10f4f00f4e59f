import { significant } from '../report/names.ts';
import type { HandlerId } from './handlers.ts';
import type { HandlerCell, ServerResults } from './run.ts';

const names: Readonly<Record<HandlerId, string>> = {
  plain: 'empty, `node:http`',
  empty: 'empty, `toNodeHandler`',
  decisions: 'decision server',
};

/** Renders the figures of the decision server, with the budgets that it should keep. */
export function serverSection(results: ServerResults): string {
  const { machine, build, load, rounds, requests, at, quick, cells, share, halfRate, soak } = results;
  const isBusy = Math.max(...load) > machine.cores / 2 + 1;
  const p99Ms = cells.find(({ handler }) => handler === 'decisions')!.p99Ms.median;
  const growth = soak.lastMb - soak.firstMb;
  return [
    '## Decision server',
    '',
    `One allowed evaluation in a request, on 32 connections from a process that does not sleep, in ${rounds} rounds of ${number(requests)} requests${quick ? ' (with `--quick`: figures for orientation only)' : ''}. Figures are medians.`,
    `The last two columns are the times in which 99 % of the requests are answered, in as many rounds with ${number(halfRate)} requests in a second.`,
    '',
    ...(isBusy
      ? ['**Other programs were running on the machine. These figures are for orientation only.**', '']
      : []),
    '| handler | requests in a second | slowest – fastest | CPU of a request | 99 % within | shortest – longest |',
    '| --- | --: | --: | --: | --: | --: |',
    ...cells.map(row),
    '',
    budget(
      share.median >= 0.7,
      `${percent(share.median)} of the requests of an empty handler (\`toNodeHandler\`) in the same round, at least 70 %; ${percent(share.min)} to ${percent(share.max)} in single rounds`,
    ),
    budget(
      p99Ms < 5,
      `${significant(p99Ms)} ms for 99 % of the requests at ${number(halfRate)} in a second, below 5 ms`,
    ),
    budget(
      growth < 1,
      `${significant(Math.max(growth, 0))} MB more memory after ${number(soak.requests)} requests in ${soak.seconds} s, below 1 MB; ${significant(soak.lastMb)} MB at the end`,
    ),
    '',
    `Measured ${at.slice(0, 10)}${build === undefined ? '' : `, ${build}`}, on ${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; load average`,
    `${load.map((value) => value.toFixed(2)).join(' before, ')} after.`,
    '',
  ].join('\n');
}

const budget = (isKept: boolean, text: string): string => `- ${isKept ? 'kept' : '**exceeded**'}: ${text}`;

const row = ({ handler, perSecond, cpuUs, p99Ms }: HandlerCell): string =>
  `| ${[
    names[handler],
    number(Math.round(perSecond.median)),
    `${number(Math.round(perSecond.min))} – ${number(Math.round(perSecond.max))}`,
    `${significant(cpuUs.median)} µs`,
    `${significant(p99Ms.median)} ms`,
    `${significant(p99Ms.min)} – ${significant(p99Ms.max)} ms`,
  ].join(' | ')} |`;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

const number = (value: number): string => value.toLocaleString('en-US');
