import { NanookModule } from '@nanook/nestjs';
import type { DynamicModule, ExecutionContext, LoggerService } from '@nestjs/common';
import { findUser } from '../domain.js';
import { anonymousIn, describeRequest, loadAuthorizer, type Setting } from '../policy.js';

interface PlatformRequest {
  readonly method: string;
  /** The path of a request on Express. */
  readonly path?: string;
  /** The route of a request on Fastify. */
  readonly routeOptions?: { readonly url: string };
}

/**
 * Configures the module like the adapters of the other frameworks.
 *
 * @param userOf returns the user name that the client sent
 */
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
      // Fastify accepts several spellings of one path, so this uses the path of the route.
      request: ({ method, path, routeOptions }: PlatformRequest) =>
        describeRequest(method, routeOptions?.url ?? path!),
      challenge: 'Bearer',
      audit,
    }),
  });

export const userInHeader = ({ headers }: { headers: Readonly<Record<string, unknown>> }): unknown =>
  headers['x-user'];

/** The logged errors. Nest has one logger for all applications of a process. */
export const logged: unknown[] = [];
export const warnings: unknown[] = [];
export const logger: LoggerService = {
  log: () => {},
  warn: (message: unknown) => void warnings.push(message),
  error: (message: unknown) => void logged.push(message),
};
