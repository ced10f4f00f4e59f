import { type AuthorizerOptions } from '@nanook/core';
import { describeValue, nearNames } from '@nanook/core/internal';
import { isTimeout } from '@nanook/http';
import type { CanActivate } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { ContextKind } from '../execution/execution.js';
import { authenticatorsOf, type Exclusion, type NanookModuleOptions } from './nanook.options.js';

/** Whether an option is one of `Authorizer.load`, which refuses options that it does not know; for each option of the module. */
const isForLoading: Readonly<Record<keyof NanookModuleOptions, boolean>> = {
  types: true,
  constants: true,
  clock: true,
  limits: true,
  readAction: true,
  hideUnreadable: true,
  undecided: true,
  equality: true,
  policies: true,
  dialect: true,
  version: true,
  queries: true,
  resources: true,
  onDecision: true,
  onDecisionError: true,
  decisionLog: true,
  decisionDuration: true,
  onWarning: true,
  denialWarnings: true,
  engine: true,
  coverage: true,
  print: true,
  authorizer: false,
  watch: false,
  actor: false,
  anonymous: false,
  authenticate: false,
  challenge: false,
  explain: false,
  mask: false,
  loaderTimeoutMs: false,
  authorizeRequests: false,
  request: false,
  context: false,
  actions: false,
  typeActions: false,
  audit: false,
  exclude: false,
};

/** Returns the options for `Authorizer.load`. */
export const loadOptionsOf = (options: NanookModuleOptions): AuthorizerOptions =>
  Object.fromEntries(
    Object.entries(options).filter(([name]) => isForLoading[name as keyof NanookModuleOptions]),
  ) as unknown as AuthorizerOptions;

/**
 * Checks the options that `Authorizer.load` does not check.
 *
 * @throws {NanookNestError} `NANOOK_NEST_INVALID_OPTION`
 */
export function checkOptions(options: NanookModuleOptions): void {
  checkNames(options);
  checkAuthorizer(options);
  for (const name of ['actor', 'request', 'context', 'mask'] as const) {
    const hook: unknown = options[name];
    if (hook !== undefined && typeof hook !== 'function') throw expected(name, 'a function', hook);
  }
  for (const name of ['watch', 'authorizeRequests'] as const) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== 'boolean') throw expected(name, 'true or false', value);
  }
  const { explain } = options;
  if (!['undefined', 'boolean', 'function'].includes(typeof explain) && explain !== 'development')
    throw expected('explain', `'development', true, false, or a function`, explain);
  const { loaderTimeoutMs } = options;
  if (loaderTimeoutMs !== undefined && !isTimeout(loaderTimeoutMs))
    throw expected('loaderTimeoutMs', 'a time in milliseconds, at least 1', loaderTimeoutMs);
  const { audit, challenge = [], typeActions = [] } = options;
  if (audit !== undefined && !['error', 'warn', 'off'].includes(audit))
    throw expected('audit', `'error', 'warn' or 'off'`, audit);
  if (![challenge].flat().every(isText))
    throw expected('challenge', 'a string or a list of strings', challenge);
  if (!Array.isArray(typeActions) || !typeActions.every(isText))
    throw expected('typeActions', 'a list of actions', typeActions);
  checkActions(options);
  checkAuthenticators(options);
  checkExclusions(options);
}

function checkNames(options: NanookModuleOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(isForLoading, name));
  if (unknown === undefined) return;
  if (unknown === 'guard' || unknown === 'isGlobal')
    throw invalid(
      unknown,
      'must be written beside `useFactory`, `useClass` or `useExisting`, and not returned by it',
    );
  const near = nearNames(unknown, Object.keys(isForLoading)).map((name) => `\`${name}\``);
  throw invalid(
    unknown,
    `is not an option of NanookModule${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`,
  );
}

function checkAuthorizer({ authorizer, ...options }: NanookModuleOptions): void {
  if (authorizer === undefined) return;
  if (typeof (authorizer as { readonly authorize?: unknown }).authorize !== 'function')
    throw invalid(
      'authorizer',
      `must be an Authorizer, got ${describeValue(authorizer)}; await Authorizer.load(…)`,
    );
  const [unused] = Object.keys(loadOptionsOf(options));
  if (unused !== undefined)
    throw invalid(unused, 'has no effect beside `authorizer`; give it to Authorizer.load(…)');
}

function checkActions({ actions = {} }: NanookModuleOptions): void {
  for (const [method, action] of Object.entries(actions)) {
    if (!/^[A-Z-]+$/.test(method))
      throw invalid('actions', `has the key \`${method}\`; its keys are HTTP methods in capitals`);
    if (!isText(action))
      throw invalid('actions', `must have an action for ${method}, got ${describeValue(action)}`);
  }
}

const transports: ReadonlySet<string> = new Set<ContextKind>(['http', 'graphql', 'ws', 'rpc']);

function checkAuthenticators({ authenticate = [] }: NanookModuleOptions): void {
  if (typeof authenticate !== 'object' || authenticate === null)
    throw expected(
      'authenticate',
      'a list of guards, or an object with a list for each transport',
      authenticate,
    );
  for (const [transport, guards] of Object.entries(authenticatorsOf(authenticate))) {
    if (!transports.has(transport))
      throw invalid('authenticate', `has the key \`${transport}\`; its keys are http, graphql, ws and rpc`);
    if (!Array.isArray(guards))
      throw invalid(
        'authenticate',
        `must have a list of guards for ${transport}, got ${describeValue(guards)}`,
      );
    for (const guard of guards as readonly unknown[])
      if (!isGuard(guard))
        throw invalid(
          'authenticate',
          `must list guards for ${transport}: classes or instances; got ${describeValue(guard)}`,
        );
  }
}

const isGuard = (guard: unknown): boolean =>
  typeof guard === 'function' ||
  (typeof guard === 'object' &&
    guard !== null &&
    typeof (guard as Partial<CanActivate>).canActivate === 'function');

function checkExclusions({ exclude = [] }: NanookModuleOptions): void {
  if (!Array.isArray(exclude)) throw expected('exclude', 'a list of { class, reason }', exclude);
  for (const entry of exclude as readonly unknown[]) {
    if (typeof entry !== 'object' || entry === null)
      throw invalid('exclude', `must list entries { class, reason }, got ${describeValue(entry)}`);
    const { class: excluded, reason } = entry as Partial<Exclusion>;
    if (typeof excluded !== 'function' && typeof excluded !== 'string')
      throw invalid('exclude', `must name a class in each entry, got ${describeValue(excluded)}`);
    if (!isText(reason))
      throw invalid('exclude', `must have a reason in each entry, got ${describeValue(reason)}`);
  }
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';

const expected = (option: string, wanted: string, found: unknown): NanookNestError =>
  invalid(option, `must be ${wanted}, got ${describeValue(found)}`);

const invalid = (option: string, reason: string): NanookNestError =>
  new NanookNestError('NANOOK_NEST_INVALID_OPTION', { option, reason });
