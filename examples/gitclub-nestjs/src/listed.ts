// The application for `nanook audit` and `nanook explore`, which list its routes.
import { openUnserved } from '@nanook/example-gitclub';
import { NestFactory } from '@nestjs/core';
import 'reflect-metadata';
import { AppModule } from './app.module.ts';

export const app = await NestFactory.create(AppModule.for(await openUnserved(), []), { logger: false });
