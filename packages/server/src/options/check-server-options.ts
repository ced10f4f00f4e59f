import { isPolarError, typed, type Authorizer } from '@nanook/core';
import { describeValue } from '@nanook/core/internal';
import type { ActionOptions, EntityOptions } from '../entities/entity-options.js';
import { idFieldOf } from '../entities/entity-rows.js';
import type { SentFactArgument } from '../entities/fact-options.js';
import {
  aBoolean,
  aCount,
  aFunction,
  anObject,
  aText,
  aTextList,
  aTime,
  checkOptions,
  oneOf,
  type OptionKind,
} from '../errors/check-options.js';
import { invalidOption } from '../errors/nanook-server-error.js';
import { aFollower, aHash, aList, aLog, anAuthorizer, aPath, aSecret, scopeList } from './option-kinds.js';
import type { ServerOptions } from './server-options.js';

const serverKinds: { readonly [Option in keyof ServerOptions]-?: OptionKind } = {
  authorizer: anAuthorizer,
  baseUrl: aText,
  path: aPath,
  callers: anObject,
  entities: anObject,
  actions: anObject,
  facts: anObject,
  obligations: anObject,
  limits: anObject,
  pageSecret: aSecret,
  follower: aFollower,
  log: aLog,
  isReady: aFunction,
  onRequest: aFunction,
  onError: aFunction,
};

/** Checks the options of a server. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
export function checkServerOptions(options: ServerOptions): void {
  checkOptions('', options, serverKinds, ['authorizer', 'baseUrl', 'callers', 'entities']);
  const { authorizer, callers, entities, actions, limits = {}, pageSecret } = options;
  // A missing setting must not mean a key that differs in each process.
  if ('pageSecret' in options && pageSecret === undefined)
    throw invalidOption('pageSecret', `must be ${aSecret.expected}, found undefined`);
  checkOptions('limits', limits, {
    bodyBytes: aCount,
    batchSize: aCount,
    results: aCount,
    timeoutMs: aTime,
    requestsPerSecond: aCount,
  });
  checkCallers(callers);
  if (actions !== undefined) checkActions(authorizer, actions);
  if (options.obligations !== undefined)
    checkOptions('obligations', options.obligations, { types: aTextList, of: aFunction }, ['types', 'of']);
  checkFacts(options);
  if (Object.keys(entities).length === 0) throw invalidOption('entities', 'must name at least one type');
  for (const [name, entity] of Object.entries(entities))
    checkEntity(authorizer, `entities.${name}`, entity, actions);
}

/** Checks the option `callers`. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
export function checkCallers(callers: ServerOptions['callers']): void {
  checkOptions('callers', callers, {
    keys: aList,
    bearer: aFunction,
    certificate: aFunction,
    anyone: anObject,
  });
  const { keys, anyone } = callers;
  const given = Object.values(callers).filter((value) => value !== undefined);
  if (given.length === 0 || keys?.length === 0)
    throw invalidOption(
      'callers',
      'must have `keys`, `bearer` or `certificate`; for a server that answers everyone, give the reason: { anyone: { reason: … } }',
    );
  if (anyone !== undefined) {
    if (given.length > 1) throw invalidOption('callers.anyone', 'excludes the other kinds of callers');
    checkOptions('callers.anyone', anyone, { reason: aText, scopes: scopeList }, ['reason']);
  }
  keys?.forEach((key, i) =>
    checkOptions(`callers.keys[${i}]`, key, { name: aText, sha256: aHash, scopes: scopeList }, [
      'name',
      'sha256',
    ]),
  );
}

function checkActions(authorizer: Authorizer, actions: ActionOptions): void {
  const kinds = { type: aText, given: aTextList, context: aTextList, names: aTextList };
  checkOptions('actions', actions, kinds, ['type', 'names']);
  checkType(authorizer, 'actions.type', actions.type);
  checkGiven('actions.given', actions.given, ['name', 'context']);
}

function checkEntity(
  authorizer: Authorizer,
  path: string,
  entity: EntityOptions,
  actions: ActionOptions | undefined,
): void {
  checkOptions(
    path,
    entity,
    {
      type: aText,
      find: aFunction,
      all: aFunction,
      resources: aBoolean,
      key: oneOf('text', 'integer'),
      idField: aText,
      given: aTextList,
    },
    ['type'],
  );
  checkType(authorizer, `${path}.type`, entity.type);
  checkGiven(`${path}.given`, entity.given, [idFieldOf(entity)]);
  if (entity.resources !== true) return;
  if (actions !== undefined)
    throw invalidOption(`${path}.resources`, 'needs actions that are names; remove `actions`');
  if (entity.all !== undefined)
    throw invalidOption(`${path}.all`, 'is not needed with `resources`, which lists the rows; remove it');
  if ((entity.given?.length ?? 0) > 0 && entity.find === undefined)
    throw invalidOption(
      `${path}.given`,
      'needs `find` next to `resources`, because given fields replace those of a row',
    );
}

/** Checks that the policy asks for the facts, and that their arguments are declared. */
function checkFacts({ authorizer, facts = {}, entities }: ServerOptions): void {
  for (const [name, args] of Object.entries(facts)) {
    const path = `facts.${name}`;
    if (!Array.isArray(args) || args.length === 0)
      throw invalidOption(path, "must be a list of arguments, such as [{ entity: 'user' }]");
    args.forEach((arg: SentFactArgument, i) => checkArgument(`${path}[${i}]`, arg, entities));
    try {
      authorizer.withFacts([[name, ...args.map((arg: SentFactArgument) => exampleOf(arg, entities))]]);
    } catch (error) {
      if (!isPolarError(error)) throw error;
      throw invalidOption(
        path,
        `must be a fact of the policy with ${args.length} arguments: ${error.message}`,
      );
    }
  }
}

/** Returns an argument that a caller may send. */
const exampleOf = (arg: SentFactArgument, entities: ServerOptions['entities']): unknown =>
  'values' in arg ? arg.values[0] : typed(entities[arg.entity]!.type, {});

function checkArgument(path: string, arg: SentFactArgument, entities: ServerOptions['entities']): void {
  checkOptions(path, arg, { entity: aText, values: aList });
  const { entity, values } = arg as { readonly entity?: string; readonly values?: readonly unknown[] };
  if ((entity === undefined) === (values === undefined))
    throw invalidOption(path, 'must have either `entity` or `values`');
  if (entity !== undefined && !Object.hasOwn(entities, entity))
    throw invalidOption(
      `${path}.entity`,
      `must be one of the types in \`entities\`, found ${describeValue(entity)}`,
    );
  const wrong = values?.find((value) => !['string', 'number', 'boolean'].includes(typeof value));
  if (wrong !== undefined || values?.length === 0)
    throw invalidOption(`${path}.values`, 'must have texts, numbers or booleans');
}

function checkGiven(path: string, given: readonly string[] = [], reserved: readonly string[]): void {
  const wrong = given.find((name) => reserved.includes(name) || name === '__proto__');
  if (wrong !== undefined)
    throw invalidOption(path, `must not contain ${describeValue(wrong)}, because callers cannot choose it`);
}

/** Checks the name of a type. @throws {NanookServerError} `NANOOK_SERVER_INVALID_OPTION` */
export function checkType(authorizer: Authorizer, path: string, type: string): void {
  try {
    authorizer.type(type);
  } catch (error) {
    if (!isPolarError(error)) throw error;
    throw invalidOption(path, `must be a type of the authorizer: ${error.message}`);
  }
}
