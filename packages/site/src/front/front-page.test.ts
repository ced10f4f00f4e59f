import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { AbilityBuilder, createMongoAbility, subject } from '@casl/ability';
import { Authorizer, typed } from '@nanook/core';
import { Oso } from '@nanook/oso';
import { NestFactory } from '@nestjs/core';
import { newEnforcer, newModelFromString } from 'casbin';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { abilities } from './coming-from/casl.ts';
import casbinModel from './coming-from/casbin.conf?raw';
import { expressApp } from './express.ts';
import { koaApp } from './koa.ts';
import { notesOfBob } from './list.ts';
import { findUser, rows, types } from './model.ts';
import { carelessModule, nestModule } from './nest.ts';

// Compares the outputs that the front page shows with those of the programs that it shows. `pnpm vitest run packages/site -u` writes them.

const folder = fileURLToPath(new URL('.', import.meta.url));
const policies = `${folder}policy.polar`;
const authorizer = await Authorizer.load({ policies, types });

/** The texts that the applications print, without the folder of this test. */
let printed = '';
const print = (text: unknown) => {
  printed += `${String(text).replaceAll(folder, '')}\n`;
};

beforeEach(() => {
  vi.stubEnv('NODE_ENV', 'development');
  printed = '';
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation(print);
});
afterEach(() => vi.unstubAllEnvs());

/** Asks for Ann's note as Ann and as Bob, and describes the answers as the front page shows them. */
async function answersAt(port: number) {
  const ask = async (user: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/notes/7`, { headers: { 'x-user': user } });
    const body = await response.text();
    return { status: response.status, statusText: response.statusText, body };
  };
  const ann = await ask('ann');
  const bob = await ask('bob');
  const { explanation } = JSON.parse(bob.body) as { explanation: { misses: readonly Miss[] } };
  return {
    ann,
    bob: { status: bob.status, statusText: bob.statusText },
    terminal: printed.trimEnd(),
    misses: explanation.misses.map(({ failure }) => ({
      condition: failure.text,
      reason: failure.reason,
      line: failure.line,
    })),
  };
}

/** A rule that did not allow the action. */
interface Miss {
  readonly failure: { readonly text: string; readonly reason: string; readonly line: number };
}

async function answersOf(app: { readonly listen: (port: number) => Server }) {
  const server = app.listen(0);
  const answers = await answersAt((server.address() as AddressInfo).port);
  server.close();
  return answers;
}

const asJson = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

describe('the front page', () => {
  it('shows the answers of the application on Express', async () => {
    await expect(asJson(await answersOf(expressApp(authorizer)))).toMatchFileSnapshot('outputs/express.json');
  });

  it('shows the answers of the application on Koa', async () => {
    await expect(asJson(await answersOf(koaApp(authorizer)))).toMatchFileSnapshot('outputs/koa.json');
  });

  it('shows the answers of the application on NestJS', async () => {
    const logger = { log: print, warn: print, error: print };
    const app = await NestFactory.create(nestModule(authorizer), { logger: false });
    await app.listen(0);
    app.useLogger(logger);
    const { port } = app.getHttpServer().address() as AddressInfo;
    const answers = await answersAt(port);
    await app.close();
    await expect(asJson(answers)).toMatchFileSnapshot('outputs/nestjs.json');
  });

  it('shows the error of the application that does not start', async () => {
    const app = await NestFactory.create(carelessModule(authorizer), { logger: false, abortOnError: false });
    const error = await app.listen(0).then(
      () => undefined,
      (reason: Error) => `${reason.name}: ${reason.message}`.replaceAll(folder, ''),
    );
    await expect(`${error?.trimEnd()}\n`).toMatchFileSnapshot('outputs/start.txt');
  });

  it('shows the query of the list, and its rows', async () => {
    await expect(asJson(await notesOfBob(policies))).toMatchFileSnapshot('outputs/list.json');
  });
});

describe('the policies of other libraries on the front page', () => {
  const cases = ['ann', 'bob'].flatMap((name) => rows.map((row) => ({ user: findUser(name)!, row })));
  const expected = () =>
    Promise.all(cases.map(({ user, row }) => authorizer.can(user, 'read', typed('Note', row))));

  it('give the same answers in CASL', async () => {
    const answers = cases.map(({ user, row }) => {
      const { can, build } = new AbilityBuilder(createMongoAbility);
      abilities(can, user);
      return build().can('read', subject('Note', { ...row }));
    });
    expect(answers).toEqual(await expected());
  });

  it('give the same answers in Casbin', async () => {
    const enforcer = await newEnforcer(newModelFromString(casbinModel));
    const answers = await Promise.all(cases.map(({ user, row }) => enforcer.enforce(user, row, 'read')));
    expect(answers).toEqual(await expected());
  });

  it('run without a change on @nanook/oso', async () => {
    class User {}
    class Note {}
    const oso = new Oso();
    oso.registerClass(User);
    oso.registerClass(Note);
    await oso.loadFiles([policies]);
    const answers = await Promise.all(
      cases.map(({ user, row }) =>
        oso.isAllowed(Object.assign(new User(), user), 'read', Object.assign(new Note(), row)),
      ),
    );
    expect(answers).toEqual(await expected());
  });
});
