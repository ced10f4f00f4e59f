import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Args, GraphQLModule, Mutation, Query, Resolver, Scalar, type CustomScalar } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { Server } from 'node:http';
import { inFlight } from '../crowd.js';
import type { Answer } from '../expectation.js';
import { HttpClient } from '../http-client.js';
import { listenOn } from '../listen.js';
import type { Asked } from '../message-suite.js';
import type { Setting } from '../policy.js';
import type { Question } from '../requests.js';
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

export interface GraphqlAsked extends Asked {
  /** Asks all of it in one request, as one user. */
  readonly askAtOnce: (user: string, questions: readonly Question[]) => Promise<readonly Answer[]>;
}

export async function serveGraphql(
  driver: keyof typeof drivers,
  setting: Setting,
  routes: readonly Route[],
): Promise<GraphqlAsked> {
  const { adapter, module } = drivers[driver];
  const app = await NestFactory.create(graphqlModule(setting, routes, module()), adapter() as never, {
    logger,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  const { port } = await listenOn(app.getHttpServer() as Server);
  const client = new HttpClient(port);

  const post = async (user: string | undefined, query: string, variables: object): Promise<Result> => {
    const { text } = await client.ask('POST', '/graphql', user, { query, variables });
    return JSON.parse(text) as Result;
  };
  const ask = async ({ ask: name, as, with: inputs = {} }: Question): Promise<Answer> => {
    const { kind, field, variables } = fieldOf(name, inputs, '');
    const declared = Object.keys(variables).map((variable) => `$${variable}: String`);
    const head = declared.length === 0 ? kind : `${kind}(${declared.join(', ')})`;
    return answerOf(await post(as, `${head} { answer: ${field} }`, variables), 'answer');
  };
  const askAtOnce = async (user: string, questions: readonly Question[]): Promise<readonly Answer[]> => {
    const fields = questions.map(({ ask: name, with: inputs = {} }, i) => fieldOf(name, inputs, `_${i}`));
    const variables = Object.assign({}, ...fields.map((field) => field.variables)) as object;
    const declared = Object.keys(variables).map((variable) => `$${variable}: String`);
    const body = fields.map(({ field }, i) => `answer_${i}: ${field}`);
    const result = await post(user, `query(${declared.join(', ')}) { ${body.join('\n')} }`, variables);
    return questions.map((_, i) => answerOf(result, `answer_${i}`));
  };
  return {
    ask,
    askAll: (questions) => inFlight(100, questions, ask),
    askAtOnce,
    faults: logged,
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

function answerOf({ data, errors = [] }: Result, alias: string): Answer {
  const error = errors.find(({ path }) => path === undefined || path[0] === alias);
  if (error === undefined) return { status: 'allowed', body: data?.[alias], told: JSON.stringify(data) };
  const status = statuses.get(error.extensions?.code) ?? 'error';
  return { status, body: data?.[alias], told: JSON.stringify({ ...error, path: [], locations: [] }) };
}

const statuses = new Map<string | undefined, number>([
  ['UNAUTHENTICATED', 401],
  ['FORBIDDEN', 403],
  ['NOT_FOUND', 404],
]);

/** @param suffix keeps the variables of several fields apart */
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

/** What routes answer has no types. */
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
    throw new TypeError('it is no input');
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
