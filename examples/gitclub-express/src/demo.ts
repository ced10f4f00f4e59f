// Starts GitClub, walks through it as its people, and shows what came of each request and which rule decided.
// `--serve` keeps it up for a walk of one's own.
import type { Decision } from '@nanook/core';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { createApp } from './app.ts';
import { openDatabase } from './domain/database.ts';
import { seed } from './domain/seed.ts';
import { loadAuthorizer } from './policy/authorizer.ts';
import { printTable } from './table.ts';
import { deviations, walk, type Step } from './walk.ts';

const { values } = parseArgs({ options: { serve: { type: 'boolean' } } });

let later = 0;
const clock = () => new Date(Date.now() + later);
const decisions: Decision[] = [];
const faults: unknown[] = [];

const db = await openDatabase();
await seed(db, clock());
const authorizer = await loadAuthorizer({ clock, onDecision: (decision) => decisions.push(decision) });
const app = createApp(db, authorizer, { onFault: (fault) => faults.push(fault) });
const server = app.listen(0);
await once(server, 'listening');
const url = `http://localhost:${(server.address() as AddressInfo).port}`;

/** The rule that let the request through, or what no rule allows; where it stands. */
function decided(status: number): string {
  const last = status < 400 ? undefined : decisions.findLast(({ outcome }) => outcome !== 'allowed');
  const decision = last ?? decisions.find(({ kind }) => kind === 'allow');
  if (decision === undefined) return '–';
  const { kind, rule, action, field } = decision;
  if (rule !== undefined) {
    const [head = ''] = rule.text.split('\n');
    const where = `${relative(import.meta.dirname, rule.file ?? '')}:${rule.line}`;
    return `${where.padEnd(30)}${head.replace(/ +/g, ' ').replace(/ if$/, ' if …')}`;
  }
  if (kind === 'allow_request') return 'no rule lets them in';
  return `no rule for "${String(action)}"${kind === 'allow_field' ? ` on "${String(field)}"` : ''}`;
}

async function take(step: Step) {
  later += (step.afterMinutes ?? 0) * 60_000;
  decisions.length = 0;
  faults.length = 0;
  const response = await fetch(url + step.path, {
    method: step.method,
    headers: {
      ...(step.as === undefined ? {} : { authorization: `Bearer ${step.as}` }),
      ...(step.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(step.body === undefined ? {} : { body: JSON.stringify(step.body) }),
  });
  const text = await response.text();
  const wrong = deviations(step, response.status, text === '' ? undefined : JSON.parse(text));
  const [fault] = faults as { code?: string }[];
  return { step, status: response.status, wrong, rule: fault?.code ?? decided(response.status) };
}

const taken = [];
for (const step of walk) taken.push(await take(step));

printTable(
  ['', 'who', 'request', '', 'because', 'decided by'],
  taken.map(({ step, status, wrong, rule }) => [
    wrong.length === 0 ? '✓' : '✗',
    step.as ?? '–',
    `${step.method} ${step.path}`,
    String(status),
    step.why,
    rule,
  ]),
);

const failed = taken.filter(({ wrong }) => wrong.length > 0);
for (const { step, wrong } of failed)
  console.log(`✗ ${step.as ?? '–'} ${step.method} ${step.path}: ${wrong.join('; ')}`);
console.log(`\n${taken.length - failed.length} of ${taken.length} requests ended as they have to.`);
if (failed.length > 0) process.exitCode = 1;

async function close(): Promise<void> {
  server.close();
  server.closeAllConnections();
  await db.$client.close();
}

if (values.serve) {
  console.log(`
GitClub listens on ${url}. You are whom you say you are: alice, bob, carol, dan, mara or sam.

  curl -i ${url}/repositories/anvil -H 'Authorization: Bearer bob'
  curl -i ${url}/profiles/bob -H 'Authorization: Bearer mara'

Ctrl+C ends it.`);
  process.once('SIGINT', () => void close());
} else {
  await close();
}
