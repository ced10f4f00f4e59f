// Opens GitClub, walks through it as its people, and shows what came of each request and which rule decided.
// `--serve` keeps it open for a walk of one's own.
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { decidedBy } from './decided-by.ts';
import { open } from './opened.ts';
import type { Start } from './served.ts';
import { deviations, type Outcome, type Step } from './step.ts';
import { printTable } from './table.ts';

/** Ends the process with 1 when a request did not end as it has to. */
export async function demo(start: Start, steps: readonly Step[]): Promise<void> {
  const { values } = parseArgs({ options: { serve: { type: 'boolean' } } });
  const club = await open(start, new Date());
  const url = `http://localhost:${(club.server.address() as AddressInfo).port}`;

  const taken = [];
  for (const step of steps) {
    club.ready(step);
    const outcome: Outcome = { ...(await ask(url, step)), faults: club.faults };
    taken.push({
      step,
      status: outcome.status,
      wrong: deviations(step, outcome),
      by: decidedBy(outcome, club.decisions),
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
  console.log(`\n${taken.length - failed.length} of ${taken.length} requests ended as they have to.`);
  if (failed.length > 0) process.exitCode = 1;

  if (!values.serve) return club.close();
  process.once('SIGINT', () => void club.close());
  console.log(`
GitClub listens on ${url}. You are whom you say you are: alice, bob, carol, dan, mara or sam.

  curl -i ${url}/repositories/anvil -H 'Authorization: Bearer bob'
  curl -i ${url}/profiles/bob -H 'Authorization: Bearer mara'

Ctrl+C ends it.`);
}

async function ask(url: string, { as, method, path, body }: Step) {
  const response = await fetch(url + path, {
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
