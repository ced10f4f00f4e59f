import { Controller, HttpCode, Module, RequestMapping, RequestMethod, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Server } from 'node:http';
import type { HttpApp } from '../http-suite.js';
import { listenOn } from '../listen.js';
import type { Setting } from '../policy.js';
import { parametersOf, type Route } from '../route.js';
import { handlerClass } from './handlers.js';
import { logged, logger, nanookModule, userInHeader } from './nanook.js';
import { storeProviders } from './store.js';

export const adapters = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };

export async function serveNest(
  adapter: keyof typeof adapters,
  setting: Setting,
  routes: readonly Route[],
  audit?: 'error' | 'warn' | 'off',
): Promise<HttpApp> {
  const app = await NestFactory.create(httpModule(setting, routes, audit), adapters[adapter]() as never, {
    logger,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = await listenOn(app.getHttpServer() as Server);
  return { port, errors: logged, close: () => app.close() };
}

function httpModule(setting: Setting, routes: readonly Route[], audit?: 'error' | 'warn' | 'off'): Type {
  const DocumentsController = handlerClass('DocumentsController', routes, {
    handler: ({ method, path, status = 200 }) => [
      RequestMapping({ method: RequestMethod[method], path }),
      HttpCode(status),
    ],
    placeOf: (route, input) => `${parametersOf(route).includes(input) ? 'params' : 'query'}.${input}`,
  });
  Controller()(DocumentsController);

  @Module({
    imports: [nanookModule(setting, userInHeader as never, audit)],
    controllers: [DocumentsController],
    providers: storeProviders,
  })
  class AppModule {}
  return AppModule;
}
