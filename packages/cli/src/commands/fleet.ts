import { setTimeout as wait } from 'node:timers/promises';
import type { Fleet, FleetProcess, FleetStatus, PolicySource } from '@nanook/policies';
import { Command } from 'commander';
import { publicKeys } from '../bundle/keys.js';
import { messageOf } from '../errors/message-of.js';
import { UsageError } from '../errors/usage-error.js';
import { ExitCode } from '../output/exit-code.js';
import type { Io } from '../output/io.js';
import { printable } from '../output/printable.js';
import { bucketsOf, openNats, openPostgres, type ServerFlags } from '../places/servers.js';
import { jsonOption, positiveInteger } from './common-options.js';
import type { Outcome } from './outcome.js';

interface FleetFlags extends ServerFlags {
  readonly fleet?: string;
  readonly table?: string;
  readonly bucket: string;
  readonly policyTable?: string;
  readonly name?: string;
  readonly policyBucket: string;
  readonly natsKey?: string;
  readonly keys?: readonly string[];
  readonly wait?: number;
  readonly json?: boolean;
}

export function fleetCommand(io: Io, outcome: Outcome): Command {
  return new Command('fleet')
    .summary('list the processes and the policies that they use')
    .description(
      'Lists the processes that announce their policy in PostgreSQL or NATS: current, behind, expired or silent. Exits with 1 if one of them is ' +
        'not current.',
    )
    .option('--postgres [url]', 'the database; default: the environment variable DATABASE_URL')
    .option('--table <table>', 'the table of the processes; default: nanook_processes')
    .option('--policy-table <table>', 'the table of the policies; default: nanook_policies')
    .option('--name <name>', 'the name of the policy in the table; default: default')
    .option('--nats [url]', 'the server of NATS; default: the environment variable NATS_URL')
    .option('--bucket <bucket>', 'the bucket of the processes', 'processes')
    .option('--policy-bucket <bucket>', 'the bucket of the policies', 'policies')
    .option('--nats-key <key>', 'the key of the policy in the bucket; default: policy')
    .option('--fleet <name>', 'the name of the fleet; default: default')
    .option('--keys <files...>', 'the public keys, to verify the published bundle')
    .option(
      '--wait <seconds>',
      'wait until all processes are current, but not longer',
      positiveInteger('--wait'),
    )
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  nanook fleet --postgres\n  nanook fleet --nats --wait 60')
    .action(async (flags: FleetFlags) => {
      const status = await statusIn(flags);
      if (flags.json === true) io.out(JSON.stringify(status, undefined, 2));
      else io.out(statusText(status));
      if (!isCurrent(status)) outcome.code = ExitCode.findings;
    });
}

async function statusIn(flags: FleetFlags): Promise<FleetStatus> {
  if ((flags.postgres === undefined) === (flags.nats === undefined))
    throw new UsageError('expected one place: --postgres [url] or --nats [url]');
  const keys = flags.keys === undefined ? undefined : await publicKeys(flags.keys);
  const { fleetStatus } = await import('@nanook/policies');
  try {
    const { fleet, source, close } = await (flags.postgres === undefined ? inNats(flags) : inPostgres(flags));
    try {
      const until = Date.now() + (flags.wait ?? 0) * 1_000;
      for (;;) {
        const status = await fleetStatus(fleet, { source, ...(keys !== undefined && { keys }) });
        if (isCurrent(status) || Date.now() >= until) return status;
        await wait(Math.min(500, until - Date.now()));
      }
    } finally {
      await close();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the fleet cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

/** A fleet, and the source that its processes follow. */
interface Place {
  readonly fleet: Fleet;
  readonly source: PolicySource;
  readonly close: () => Promise<void>;
}

async function inPostgres({ postgres, fleet, table, policyTable, name }: FleetFlags): Promise<Place> {
  const { postgresFleet, postgresSource } = await import('@nanook/policies/postgres');
  const { client, close } = await openPostgres(postgres!);
  // A source that is only read needs one connection, and not a pool.
  const pool = { query: client.query.bind(client), connect: () => Promise.reject(new Error('not used')) };
  return {
    fleet: postgresFleet(pool, {
      ...(fleet !== undefined && { fleet }),
      ...(table !== undefined && { table }),
    }),
    source: postgresSource(pool, {
      ...(policyTable !== undefined && { table: policyTable }),
      ...(name !== undefined && { name }),
    }),
    close,
  };
}

async function inNats({ nats, fleet, bucket, policyBucket, natsKey }: FleetFlags): Promise<Place> {
  const { natsFleet, natsSource } = await import('@nanook/policies/nats');
  const server = await openNats(nats!);
  try {
    const buckets = await bucketsOf(server);
    return {
      fleet: natsFleet(await buckets.open(bucket), fleet === undefined ? {} : { fleet }),
      source: natsSource(await buckets.open(policyBucket), natsKey === undefined ? {} : { key: natsKey }),
      close: server.close,
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}

const isCurrent = ({ processes }: FleetStatus): boolean =>
  processes.every(({ state }) => state === 'current');

function statusText({ published, processes }: FleetStatus): string {
  const rows = processes.map(rowOf);
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, i) => Math.max(widest[i] ?? 0, cell.length)),
    [],
  );
  const states = ['current', 'behind', 'expired', 'silent'] as const;
  const counts = states.flatMap((state) => {
    const number = processes.filter((each) => each.state === state).length;
    return number === 0 ? [] : [`${number} ${state}`];
  });
  return [
    ...rows.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    ),
    `${processes.length} process${processes.length === 1 ? '' : 'es'}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}; ` +
      (published === undefined ? 'no revision is published' : `the published revision is ${published}`),
  ].join('\n');
}

function rowOf({
  process,
  state,
  version,
  revision,
  policyHash,
  since,
  candidate,
  error,
  ...others
}: FleetProcess): string[] {
  const notes = [
    ...(candidate === undefined
      ? []
      : [`version ${candidate.version ?? candidate.policyHash.slice(0, 12)} for ${candidate.percent} %`]),
    ...(state === 'expired' ? [`expired at ${others.expiresAt}`] : []),
    ...(state === 'silent' ? [`seen ${Math.round(others.ageMs / 1_000)} s ago`] : []),
    ...(error === undefined ? [] : [error]),
  ];
  // Anyone who can write to the place can announce any text.
  return [
    process,
    state,
    `version ${version ?? policyHash.slice(0, 12)}`,
    `revision ${revision ?? '–'}`,
    `since ${since}`,
    notes.join(', '),
  ].map(printable);
}
