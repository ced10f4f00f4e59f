import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Library, libraries } from './library.ts';
import { scenarios } from './scenarios/index.ts';
import { type Shape, shapes } from './shape.ts';
import { clientIds, listParts } from './lists/results.ts';
import { webFrameworkIds } from './web/web-app.ts';

export interface Options {
  readonly quick: boolean;
  /** The folder to write the page and its charts to; `undefined` to print the page. */
  readonly to: string | undefined;
  /** Whether to measure web requests, and nothing else. */
  readonly web: boolean;
  /** Whether to measure lists of rows, and nothing else. */
  readonly lists: boolean;
  /** Whether to measure the decision server, and nothing else. */
  readonly server: boolean;
  /** Whether to compare `@nanook/oso` with oso, and nothing else. */
  readonly oso: boolean;
  /** Whether to measure the findings in an editor, and nothing else. */
  readonly editor: boolean;
  /** Whether to measure the decision log, and nothing else. */
  readonly log: boolean;
  /** Whether to measure many processes that follow one policy, and nothing else. */
  readonly fleet: boolean;
  readonly seed: number;
  readonly checks: number;
  readonly rounds: number;
  readonly processes: number;
  /** Measure the processor time of the process instead of the elapsed time. */
  readonly cpu: boolean;
  /** The times of one round, of warming up, of verifying, and of starting, which includes loading and verifying. */
  readonly roundMs: number;
  readonly warmMs: number;
  readonly verifyMs: number;
  readonly startMs: number;
  /** The time to verify Nanook. It is longer, because Nanook must run as many checks as the hand-written function. */
  readonly ownVerifyMs: number;
  readonly maxSize: number | undefined;
  readonly libraries: readonly Library[];
  readonly shapes: readonly Shape[];
  /** Returns whether a part is selected: the id of a scenario, `once`, or `size`. */
  readonly wants: (part: string) => boolean;
  /** The file to write the figures to, and the file to read them from instead of measuring. */
  readonly json: string | undefined;
  readonly from: string | undefined;
}

export const help = `npm run bench -- [options]

  --quick              shorter rounds, fewer of them
  --only S1,S5         only these parts: ${scenarios.map(({ id }) => id).join(', ')}, once (import, load, first checks, reload, memory), size
  --web                measure CPU per web request instead; --only then names frameworks: ${webFrameworkIds.join(', ')}
  --lists              measure lists of rows in PostgreSQL instead; --only then names clients: ${clientIds.join(', ')}, or budgets:
                       lists of several shapes and users in PostgreSQL and MariaDB, beside the best hand-written queries
  --oso                compare @nanook/oso with oso instead: S1, S2 and S3
  --editor             measure the time from a key in an editor to the findings instead, in a policy of 10,000 lines
  --log                measure the decision log instead: the time of a check, and the memory while a sink is stuck
  --fleet              measure 1,000 processes that follow one policy instead; needs NANOOK_TEST_NATS_URL and NANOOK_TEST_POSTGRES_URL
  --server             measure the decision server instead, beside empty handlers: requests in a second, their time, and ten minutes of load
  --libraries a,b      ${libraries.join(', ')};
                       a name also selects its variants: nanook, casl
  --shapes a,b         ${shapes.join(', ')}
  --max-size n         omit larger sizes
  --seed n             other data and checks (default: 1)
  --rounds n           rounds for each library and size
  --processes n        processes for each library and size (default: 1)
  --cpu                measure processor time instead of elapsed time, for a busy machine
  --write              write docs/reference/performance.md and its charts, from a full run or with --from
  --to folder          write the page and its charts to this folder, also from a part of a run
  --json file          save the figures
  --from file          report saved figures, instead of measuring

NANOOK_BENCH_CORE=file:///…/packages/core/dist/node.mjs measures another build.
`;

/** The folder of the published page. */
export const documentation = fileURLToPath(new URL('../../../docs/reference', import.meta.url));

const list = (text: string): string[] => text.split(',').map((part) => part.trim());

/**
 * Parses the command line.
 *
 * @throws {Error} with a message for the user
 */
export function parseOptions(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      web: { type: 'boolean', default: false },
      lists: { type: 'boolean', default: false },
      editor: { type: 'boolean', default: false },
      log: { type: 'boolean', default: false },
      fleet: { type: 'boolean', default: false },
      oso: { type: 'boolean', default: false },
      server: { type: 'boolean', default: false },
      only: { type: 'string' },
      libraries: { type: 'string' },
      shapes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string' },
      processes: { type: 'string', default: '1' },
      cpu: { type: 'boolean', default: false },
      'max-size': { type: 'string' },
      to: { type: 'string' },
      json: { type: 'string' },
      from: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  const { quick } = values;
  const isPart = (['only', 'libraries', 'shapes', 'max-size', 'cpu'] as const).find(
    (name) => values[name] !== undefined && values[name] !== false,
  );
  if (values.write && values.to === undefined && isPart !== undefined)
    throw new Error(`--write needs all parts; remove --${isPart}`);
  for (const name of ['editor', 'fleet', 'log', 'oso', 'server'] as const)
    if (values[name] && (values.write || values.to !== undefined))
      throw new Error(`--${name} prints its figures; the page does not contain them`);
  const only = values.only === undefined ? undefined : list(values.only).map((part) => part.toLowerCase());
  const parts = values.web
    ? webFrameworkIds
    : values.lists
      ? listParts
      : [...scenarios.map(({ id }) => id.toLowerCase()), 'once', 'size'];
  for (const part of only ?? [])
    if (!parts.some((known) => known === part || known.startsWith(`${part} `)))
      throw new Error(`unknown part: ${part}`);
  const named = values.libraries === undefined ? undefined : list(values.libraries);
  for (const name of named ?? [])
    if (!libraries.some((library) => library === name)) throw new Error(`unknown library: ${name}`);
  const wanted = values.shapes === undefined ? undefined : list(values.shapes);
  for (const name of wanted ?? [])
    if (!shapes.some((shape) => shape === name)) throw new Error(`unknown shape: ${name}`);
  return {
    quick,
    to: values.to ?? (values.write ? documentation : undefined),
    web: values.web,
    lists: values.lists,
    editor: values.editor,
    log: values.log,
    fleet: values.fleet,
    oso: values.oso,
    server: values.server,
    seed: numberOf('seed', values.seed),
    checks: 1_000,
    rounds: values.rounds === undefined ? (quick ? 5 : 9) : numberOf('rounds', values.rounds),
    processes: numberOf('processes', values.processes),
    cpu: values.cpu,
    roundMs: quick ? 30 : 100,
    warmMs: quick ? 150 : 300,
    verifyMs: quick ? 1_000 : 5_000,
    ownVerifyMs: quick ? 10_000 : 60_000,
    startMs: quick ? 30_000 : 120_000,
    maxSize: values['max-size'] === undefined ? undefined : numberOf('max-size', values['max-size']),
    libraries: libraries.filter(
      (library) =>
        named === undefined || named.some((name) => library === name || library.startsWith(`${name}-`)),
    ),
    shapes: shapes.filter((shape) => wanted === undefined || wanted.includes(shape)),
    wants: (part) =>
      only === undefined ||
      only.some((name) => part.toLowerCase() === name || part.toLowerCase().startsWith(`${name} `)),
    json: values.json,
    from: values.from,
  };
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0)
    throw new Error(`--${option} must be a positive whole number, got ${text}`);
  return value;
}
