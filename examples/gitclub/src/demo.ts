// Starts GitClub, sends requests as its users, and shows the result of each request and the rule that decided it.
// `--serve` keeps the server running for other requests.
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { decidedBy } from './decided-by.ts';
import { open } from './opened.ts';
import type { Start } from './served.ts';
import { deviations, pathOf, type Outcome, type Step } from './step.ts';
import { printTable } from './table.ts';

/** Sets the exit code to 1 when a response differs from the expected one. */
export async function demo(start: Start, steps: readonly Step[]): Promise<void> {
  const { values } = parseArgs({ options: { serve: { type: 'boolean' } } });
  const club = await open(start, new Date());
  const url = `http://127.0.0.1:${(club.server.address() as AddressInfo).port}`;

  if (process.env['NODE_ENV'] === 'development')
    console.log(
      `Sending ${steps.length} requests. In development, the application writes the reason of each refusal:\n`,
    );
  const taken = [];
  let before: unknown;
  for (const step of steps) {
    club.ready(step);
    const outcome: Outcome = { ...(await ask(url + pathOf(step, before), step)), faults: club.faults };
    before = outcome.body;
    taken.push({
      step,
      status: outcome.status,
      wrong: deviations(step, outcome),
      by: await decidedBy(club.authorizer, outcome, club.decisions),
    });
  }

  printTable(
    ['', 'who', 'request', '', 'because', 'decided by'],
    taken.map(({ step, status, wrong, by }) => [
      wrong.length === 0 ? '✓' : '✗',
      step.as ?? '–',
      `${step.method} ${step.path}`,
      String(status),
      step.why,
      by,
    ]),
  );
  const failed = taken.filter(({ wrong }) => wrong.length > 0);
  for (const { step, wrong } of failed)
    console.log(`✗ ${step.as ?? '–'} ${step.method} ${step.path}: ${wrong.join('; ')}`);
  console.log(`\n${taken.length - failed.length} of ${taken.length} requests were answered as expected.`);
  if (failed.length > 0) process.exitCode = 1;

  if (!values.serve) {
    console.log(
      'Try next: npm run demo -- --serve keeps the server running for your own requests; --help lists the options.',
    );
    return club.close();
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void club.close());
  console.log(`
GitClub listens on ${url}. The bearer token is the user's name: alice, bob, carol, dan, mara or sam.

  curl -i ${url}/repositories/anvil -H 'Authorization: Bearer bob'
  curl -i ${url}/profiles/bob -H 'Authorization: Bearer mara'

Press Ctrl+C to stop. Try next: change a rule in examples/gitclub/src/policy. The explorer, if it runs, shows at once which answers
change; start again to serve them.
`);
  // To `npm run demo`, which starts the explorer.
  process.send?.('serving');
}

async function ask(url: string, { as, method, body }: Step) {
  const response = await fetch(url, {
    method,
    headers: {
      ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /\bjson\b/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : undefined };
}
