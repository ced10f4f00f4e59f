/** The time of one check. */
export interface Speed {
  readonly name: string;
  /** The time as the page of figures writes it, such as `161 ns`. */
  readonly time: string;
  readonly nanoseconds: number;
}

/** The columns of the table, and their names on the front page. */
const shown = new Map([
  ['hand-written', 'hand-written function'],
  ['Nanook', 'Nanook'],
  ['CASL, built once', 'CASL, one ability'],
  ['CASL, built per check', 'CASL, ability per request'],
  ['casbin', 'Casbin'],
  ['Cedar', 'Cedar (WebAssembly)'],
  ['oso', 'oso 0.27'],
]);

/** Reads the times of the scenario S1 from the table "Instances of classes" of docs/reference/performance.md. */
export function speeds(page: string): readonly Speed[] {
  const table = /^### Instances of classes\n+((?:\|.*\n)+)/m.exec(page)?.[1];
  const rows = table?.trim().split('\n').map(cellsOf);
  const [header, , ...times] = rows ?? [];
  const row = times.find(([scenario]) => scenario === 'S1');
  if (header === undefined || row === undefined)
    throw new Error('expected the scenario S1 on the page of performance, found none');
  return [...shown].map(([column, name]) => {
    const match = /^([\d.]+) (ns|µs|ms)/.exec(row[header.indexOf(column)] ?? '');
    if (match === null) throw new Error(`expected a time of ${column} in the scenario S1, found none`);
    return { name, time: match[0], nanoseconds: Number(match[1]) * units[match[2] as keyof typeof units] };
  });
}

const units = { ns: 1, µs: 1e3, ms: 1e6 };
const cellsOf = (line: string): readonly string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
