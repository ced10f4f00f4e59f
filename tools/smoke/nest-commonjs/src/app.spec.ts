import 'reflect-metadata';
import { strict as assert } from 'node:assert';
import type { AddressInfo } from 'node:net';
import { isPolarError } from '@nanook/core';
import { compilePolicy } from '@nanook/core/compile';
import { CompiledAuthorizer } from '@nanook/core/compiled';
import { checkPolicy } from '@nanook/core/syntax';
import { allowAll } from '@nanook/core/testing';
import { renderProblem } from '@nanook/http';
import { NanookTestingModule } from '@nanook/nestjs/testing';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

declare function test(name: string, run: () => Promise<void> | void): void;

test('a CommonJS application allows and refuses requests', async () => {
  const app = await NestFactory.create(AppModule, { logger: false, abortOnError: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const statusFor = async (user: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${port}/notes/1`, { headers: { 'x-user': user } })).status;
  assert.deepEqual([await statusFor('ann'), await statusFor('bob')], [200, 404]);
  await app.close();
});

test('every other entry point has types and code', () => {
  const entries = [isPolarError, compilePolicy, CompiledAuthorizer, checkPolicy, allowAll, renderProblem];
  for (const entry of entries) assert.equal(typeof entry, 'function');
  assert.equal(typeof NanookTestingModule, 'function');
});
