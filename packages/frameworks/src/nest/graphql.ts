import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Mutation, Query, Resolver, Scalar, type CustomScalar } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { Server } from 'node:http';
import { inFlight } from '../crowd.js';
import type { Reply } from '../expectation.js';
import { HttpClient } from '../http-client.js';
import { listenOn } from '../listen.js';
import type { MessageApp } from '../message-suite.js';
import type { Setting } from '../policy.js';
import type { RequestCase } from '../requests.js';
import { inputsOf, type Route } from '../route.js';
import { routes as allRoutes } from '../routes.js';
import { handlerClass } from './handlers.js';
import { adapters } from './http.js';
import { logged, logger, nanookModule, userInHeader } from './nanook.js';
import { batchedStoreProviders } from './store.js';

const drivers = {
  Apollo: {
    adapter: adapters.Express,
    module: () =>
      GraphQLModule.forRoot<ApolloDriverConfig>({
        driver: ApolloDriver,
        autoSchemaFile: true,
        includeStacktraceInErrorResponses: false,
      }),
  },
  Mercurius: {
    adapter: adapters.Fastify,
    module: () =>
      GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
  },
};

export interface GraphqlApp extends MessageApp {
  /** Sends all operations in one request, as one user. */
  readonly sendInOneRequest: (user: string, cases: readonly RequestCase[]) => Promise<readonly Reply[]>;
}

export async function serveGraphql(
  driver: keyof typeof drivers,
  setting: Setting,
  routes: readonly Route[],
): Promise<GraphqlApp> {
  const { adapter, module } = drivers[driver];
  const app = await NestFactory.create(graphqlModule(setting, routes, module()), adapter() as never, {
    logger,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = await listenOn(app.getHttpServer() as Server);
  const client = new HttpClient(port);

  const post = async (user: string | undefined, query: string, variables: object): Promise<Result> => {
    const { text } = await client.send('POST', '/graphql', user, { query, variables });
    return JSON.parse(text) as Result;
  };
  const send = async ({ route: name, as, inputs = {} }: RequestCase): Promise<Reply> => {
    const { kind, field, variables } = fieldOf(name, inputs, '');
    const declared = Object.keys(variables).map((variable) => `$${variable}: String`);
    const head = declared.length === 0 ? kind : `${kind}(${declared.join(', ')})`;
    return replyOf(await post(as, `${head} { answer: ${field} }`, variables), 'answer');
  };
  const sendInOneRequest = async (user: string, cases: readonly RequestCase[]): Promise<readonly Reply[]> => {
    const fields = cases.map(({ route: name, inputs = {} }, i) => fieldOf(name, inputs, `_${i}`));
    const variables = Object.assign({}, ...fields.map((field) => field.variables)) as object;
    const declared = Object.keys(variables).map((variable) => `$${variable}: String`);
    const body = fields.map(({ field }, i) => `answer_${i}: ${field}`);
    const result = await post(user, `query(${declared.join(', ')}) { ${body.join('\n')} }`, variables);
    return cases.map((_, i) => replyOf(result, `answer_${i}`));
  };
  return {
    send,
    sendAll: (cases) => inFlight(100, cases, send),
    sendInOneRequest,
    errors: logged,
    close: async () => {
      client.close();
      await app.close();
    },
  };
}

interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly (string | number)[];
    readonly extensions?: { readonly code?: string };
  }[];
}

function replyOf({ data, errors = [] }: Result, alias: string): Reply {
  const error = errors.find(({ path }) => path === undefined || path[0] === alias);
  if (error === undefined) return { status: 'allowed', body: data?.[alias], visible: JSON.stringify(data) };
  const status = statuses.get(error.extensions?.code) ?? 'error';
  return { status, body: data?.[alias], visible: JSON.stringify({ ...error, path: [], locations: [] }) };
}

const statuses = new Map<string | undefined, number>([
  ['UNAUTHENTICATED', 401],
  ['FORBIDDEN', 403],
  ['NOT_FOUND', 404],
]);

/**
 * Returns the GraphQL field for a route.
 *
 * @param suffix makes the names of the variables unique
 */
function fieldOf(name: string, inputs: Readonly<Record<string, unknown>>, suffix: string) {
  const route = allRoutes.find((one) => one.name === name)!;
  const given = Object.entries(inputs);
  const args = given.map(([input]) => `${input}: $${input}${suffix}`).join(', ');
  return {
    kind: route.method === 'GET' ? 'query' : 'mutation',
    field: args === '' ? name : `${name}(${args})`,
    variables: Object.fromEntries(given.map(([input, value]) => [`${input}${suffix}`, value])),
  };
}

/** The type of all results. */
class Json {}

@Scalar('Json', () => Json)
class JsonScalar implements CustomScalar<unknown, unknown> {
  serialize(value: unknown): unknown {
    return value;
  }
  parseValue(value: unknown): unknown {
    return value;
  }
  parseLiteral(): never {
    throw new TypeError('Json is not an input type');
  }
}

function graphqlModule(
  setting: Setting,
  routes: readonly Route[],
  module: ReturnType<typeof GraphQLModule.forRoot>,
): Type {
  const DocumentsResolver = handlerClass('DocumentsResolver', routes, {
    handler: ({ method }) => [(method === 'GET' ? Query : Mutation)(() => Json, { nullable: true })],
    placeOf: (_, input) => `args.${input}`,
    parameters: (route) =>
      inputsOf(route).map((input) => Args(input, { type: () => String, nullable: true })),
  });
  Resolver()(DocumentsResolver);

  @Module({
    imports: [nanookModule(setting, userInHeader as never), module],
    providers: [DocumentsResolver, JsonScalar, ...batchedStoreProviders],
  })
  class AppModule {}
  return AppModule;
}
