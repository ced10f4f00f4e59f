import type { Start } from '@nanook/example-gitclub';
import type { Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.ts';

const adapters = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter({ forceCloseConnections: true }),
};
export type Platform = keyof typeof adapters;

/**
 * Returns a function that starts GitClub on Express or on Fastify.
 *
 * @param more additional controllers
 */
export const startOn =
  (platform: Platform, more: Type[] = []): Start =>
  async (club) => {
    const app = await NestFactory.create(
      AppModule.for(club, more),
      adapters[platform]() as AbstractHttpAdapter,
      { logger: false, forceCloseConnections: true, abortOnError: false },
    );
    await app.listen(0, '127.0.0.1');
    return { server: app.getHttpServer(), close: () => app.close() };
  };
