import type { EnvoyOptions, EnvoyServerOptions } from './envoy-options.js';
import {
  aBoolean,
  aFunction,
  anObject,
  aText,
  aTime,
  checkOptions,
  type OptionKind,
} from '../errors/check-options.js';
import { checkCallers, checkType } from '../options/check-server-options.js';
import { anAuthorizer, aPath } from '../options/option-kinds.js';

const kinds: { readonly [Option in keyof EnvoyOptions]-?: OptionKind } = {
  authorizer: anAuthorizer,
  actor: aFunction,
  type: aText,
  headers: aFunction,
  refusal: aFunction,
  encodedSlashes: aBoolean,
  timeoutMs: aTime,
  onError: aFunction,
};

/** Checks the options of a service for Envoy. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
function checkEnvoyOptions(
  options: EnvoyOptions,
  further: Readonly<Record<string, OptionKind>> = {},
  required: readonly string[] = [],
): void {
  checkOptions('', options, { ...kinds, ...further }, ['authorizer', 'actor', ...required]);
  checkType(options.authorizer, 'type', options.type ?? 'Request');
}

/** Checks the options of a service for gRPC. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
export function checkEnvoyServiceOptions(options: EnvoyOptions & Pick<EnvoyServerOptions, 'callers'>): void {
  checkEnvoyOptions(options, { callers: anObject }, ['callers']);
  checkCallers(options.callers);
}

/** Checks the options of a server for Envoy. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
export function checkEnvoyServerOptions(options: EnvoyServerOptions): void {
  checkEnvoyOptions(options, { callers: anObject, path: aPath }, ['callers']);
  checkCallers(options.callers);
}
