import { Controller, Module, type ExecutionContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { AddressInfo, Server } from 'node:net';
import { inFlight } from '../crowd.js';
import type { Answer } from '../expectation.js';
import type { Asked } from '../message-suite.js';
import type { Setting } from '../policy.js';
import type { Question } from '../requests.js';
import type { Route } from '../route.js';
import { handlerClass } from './handlers.js';
import { logged, logger, nanookModule } from './nanook.js';
import { storeProviders } from './store.js';

export async function serveTcp(setting: Setting, routes: readonly Route[]): Promise<Asked> {
  const app = await NestFactory.createMicroservice<MicroserviceOptions>(tcpModule(setting, routes), {
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port: 0 },
    logger,
    abortOnError: false,
  });
  await app.listen();
  const { port } = app.unwrap<Server>().address() as AddressInfo;
  const client = ClientProxyFactory.create({
    transport: Transport.TCP,
    options: { host: '127.0.0.1', port },
  });
  await client.connect();

  const ask = async ({ ask: pattern, as, with: inputs = {} }: Question): Promise<Answer> => {
    const answer = client.send<unknown>(pattern, { ...inputs, user: as });
    try {
      const body = await lastValueFrom(answer, { defaultValue: undefined });
      return { status: 'allowed', body, told: '' };
    } catch (error) {
      const { statusCode = 500 } = error as { statusCode?: number };
      const told = error instanceof Error ? String(error) : JSON.stringify(error);
      return { status: [401, 403, 404].includes(statusCode) ? statusCode : 'error', told };
    }
  };
  return {
    ask,
    askAll: (questions) => inFlight(100, questions, ask),
    faults: logged,
    close: async () => {
      await client.close();
      await app.close();
    },
  };
}

/** Here whoever sends a message says for whom: a gateway that has signed them in. */
const userInMessage = (_: unknown, context: ExecutionContext): unknown =>
  context.switchToRpc().getData<{ readonly user?: unknown }>().user;

function tcpModule(setting: Setting, routes: readonly Route[]): Type {
  const DocumentsController = handlerClass('DocumentsController', routes, {
    handler: ({ name }) => [MessagePattern(name)],
    placeOf: (_, input) => `data.${input}`,
  });
  Controller()(DocumentsController);

  @Module({
    imports: [nanookModule(setting, userInMessage)],
    controllers: [DocumentsController],
    providers: storeProviders,
  })
  class AppModule {}
  return AppModule;
}
