import { NanookModule } from '@nanook/nestjs';
import type { DynamicModule, ExecutionContext, LoggerService } from '@nestjs/common';
import { findUser } from '../domain.js';
import { anonymousIn, describeRequest, loadAuthorizer, type Setting } from '../policy.js';

interface PlatformRequest {
  readonly method: string;
  /** Express. */
  readonly path?: string;
  /** Fastify. */
  readonly routeOptions?: { readonly url: string };
}

/** Our module, set up as the other frameworks are. @param userOf what the client says it is called */
export const nanookModule = (
  setting: Setting,
  userOf: (request: never, context: ExecutionContext) => unknown,
  audit: 'error' | 'warn' | 'off' = 'error',
): DynamicModule =>
  NanookModule.forRootAsync({
    useFactory: async () => ({
      authorizer: await loadAuthorizer(setting),
      actor: (request: unknown, context: ExecutionContext) => findUser(userOf(request as never, context)),
      anonymous: anonymousIn(setting),
      // Fastify finds routes by more ways of writing their paths than one.
      request: ({ method, path, routeOptions }: PlatformRequest) =>
        describeRequest(method, routeOptions?.url ?? path!),
      challenge: 'Bearer',
      audit,
    }),
  });

export const userInHeader = ({ headers }: { headers: Readonly<Record<string, unknown>> }): unknown =>
  headers['x-user'];

/** Nest has one logger for all applications of a process. */
export const logged: unknown[] = [];
export const warnings: unknown[] = [];
export const logger: LoggerService = {
  log: () => {},
  warn: (message: unknown) => void warnings.push(message),
  error: (message: unknown) => void logged.push(message),
};
