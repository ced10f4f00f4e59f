import { significant } from '../report/names.ts';
import type { FleetResults, Percentiles, PlaceCell, PlaceId } from './results.ts';

const names: Readonly<Record<PlaceId, string>> = {
  nats: 'NATS',
  http: 'web server, polled',
  postgres: 'PostgreSQL',
};

/** Renders the figures of many processes that follow one policy. */
export function fleetSection(results: FleetResults): string {
  const { machine, build, load, at, bundleBytes, rules, loadMs, announceEveryMs, pollMs, cells } = results;
  const isBusy = Math.max(...load) > machine.cores / 2 + 1;
  return [
    '## Many processes with one policy',
    '',
    `A bundle of ${bytes(bundleBytes)} with ${rules} rules. All nodes run in one process. One node verifies and loads a new policy in`,
    `${significant(loadMs)} ms of processor time. Each node announces its policy every ${announceEveryMs / 1_000} s, except with a web server, and reads the`,
    `place again every ${pollMs / 1_000} s.`,
    '',
    ...(isBusy
      ? ['**Other programs were running on the machine. These times are for orientation only.**', '']
      : []),
    '| | nodes | connections | read: median, 99 %, last | in use: median, 99 %, last | traffic of a node for a change | and in an hour at rest | stored |',
    '| --- | --: | --: | --: | --: | --: | --: | --: |',
    ...cells.map(row),
    '',
    `Measured ${at.slice(0, 10)}${build === undefined ? '' : `, ${build}`}, on ${machine.cpu}, ${machine.cores} cores; Node ${machine.node}; load average`,
    `${load.map((value) => value.toFixed(2)).join(' before, ')} after.`,
    '',
  ].join('\n');
}

const row = (cell: PlaceCell): string =>
  `| ${[
    names[cell.place],
    cell.nodes.toLocaleString('en-US'),
    cell.connections.toLocaleString('en-US'),
    times(cell.readMs),
    times(cell.usedMs),
    bytes(cell.bytesPerChange),
    bytes(cell.bytesPerHour),
    cell.storedBytes === undefined ? '–' : bytes(cell.storedBytes),
  ].join(' | ')} |`;

const times = ({ p50, p99, max }: Percentiles): string =>
  [p50, p99, max]
    .map((ms) => (ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`))
    .join(', ');

const bytes = (count: number): string =>
  count < 1_000_000 ? `${(count / 1_000).toFixed(1)} kB` : `${(count / 1_000_000).toFixed(1)} MB`;
