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
import type { Reply } from '../expectation.js';
import type { MessageApp } from '../message-suite.js';
import type { Setting } from '../policy.js';
import type { RequestCase } from '../requests.js';
import type { Route } from '../route.js';
import { handlerClass } from './handlers.js';
import { logged, logger, nanookModule } from './nanook.js';
import { storeProviders } from './store.js';

export async function serveTcp(setting: Setting, routes: readonly Route[]): Promise<MessageApp> {
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

  const send = async ({ route: pattern, as, inputs = {} }: RequestCase): Promise<Reply> => {
    const answer = client.send<unknown>(pattern, { ...inputs, user: as });
    try {
      const body = await lastValueFrom(answer, { defaultValue: undefined });
      return { status: 'allowed', body, visible: '' };
    } catch (error) {
      const { statusCode = 500 } = error as { statusCode?: number };
      const visible = error instanceof Error ? String(error) : JSON.stringify(error);
      return { status: [401, 403, 404].includes(statusCode) ? statusCode : 'error', visible };
    }
  };
  return {
    send,
    sendAll: (cases) => inFlight(100, cases, send),
    errors: logged,
    close: async () => {
      await client.close();
      await app.close();
    },
  };
}

/** Returns the user that the message names. Its sender is a gateway that has authenticated the user. */
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
