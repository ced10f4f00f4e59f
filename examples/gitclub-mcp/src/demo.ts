// Starts GitClub, calls its tools as several agents, and shows each result. `--serve` keeps the server running for other clients.
import { printTable } from '@nanook/example-gitclub';
import { parseArgs } from 'node:util';
import { calls } from './calls.ts';
import { open } from './open.ts';
import { isExpected, runCall } from './run-call.ts';

const { values } = parseArgs({ options: { serve: { type: 'boolean' } } });
const club = await open();
const rows: string[][] = [];
for (const each of calls) {
  club.decisions.length = 0;
  const result = await runCall(club.url, each);
  const isRight = isExpected(each, result);
  if (!isRight) process.exitCode = 1;
  const { outcome, proof = [] } = club.decisions.find(({ kind }) => kind === 'allow') ?? {};
  const [line = ''] = result.split('\n');
  const short = line.length > 60 ? `${line.slice(0, 59)}…` : line;
  const name = `${each.call}${each.args === undefined ? '' : ` ${JSON.stringify(each.args)}`}`;
  rows.push([
    isRight ? '✓' : '✗',
    each.as,
    name,
    short,
    each.why,
    proof.at(-1)?.text.split('\n')[0] ?? outcome ?? '–',
  ]);
}
printTable(['', 'agent@user and scopes', 'call', 'result', 'because', 'decided by'], rows);
console.log(
  `\n${rows.filter(([mark]) => mark === '✓').length} of ${rows.length} calls had the expected result.`,
);
for (const error of club.errors) console.error(error);
if (values.serve) {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void club.close());
  console.log(`
GitClub listens on ${club.url.href}. The bearer token names the agent, its user and its scopes, with %20 for a space:

  npx @modelcontextprotocol/inspector --cli ${club.url.href} --transport http --header 'Authorization: Bearer assistant@bob%20club:read' --method tools/list

Press Ctrl+C to stop.`);
} else {
  await club.close();
}
