import type { AuthorizerOptions } from '@nanook/core';
import type { SqlOptions } from '@nanook/orm/sql';
import type { ServerConfig } from './server-config.js';

/** The named values of the application with which commands decide checks. */
export type Fixtures = Readonly<Record<string, unknown>>;

/** The options of `Authorizer.load` that a configuration can contain. */
export const authorizerOptions = [
  'policies',
  'dialect',
  'types',
  'constants',
  'queries',
  'readAction',
  'undecided',
  'equality',
  'limits',
] as const;

/**
 * The content of `nanook.config.ts`, `.js` or `.json`. Paths are relative to the folder of this file. Without
 * `policies`, it is all files that end in `.polar`; without `types`, the types that the policies name. In JSON, `types` can be the path of a
 * module that exports `types`.
 */
export interface NanookConfig extends Partial<Pick<AuthorizerOptions, (typeof authorizerOptions)[number]>> {
  /**
   * Actors, resources and other values by name. `nanook explain ann read report` uses the fixtures `ann` and `report`. A function is
   * called once for each command, and can load rows from a database.
   */
  readonly fixtures?: Fixtures | (() => Fixtures | Promise<Fixtures>);
  /**
   * Functions that load an actor or a resource of a decision log by its id, one for each type: `{ User: (id) => db.user.find(id) }`. They
   * return `null` for an id that does not exist.
   */
  readonly loaders?: Readonly<Record<string, (id: string) => unknown>>;
  /** The dialect and the tables with which `nanook where` prints a query, as for `@nanook/orm/sql`. */
  readonly sql?: SqlOptions;
  /**
   * The application for `nanook audit`: an application of Express, Fastify, Hono, Koa or NestJS, a function that returns it, or its module, such as
   * `'src/app.ts'` or `'src/app.ts#app'`. Without a name, it is the export `app` or the default export.
   */
  readonly application?: string | object | (() => unknown);
  /** The server of `nanook serve`. A function is called once, and can connect to a database. */
  readonly server?: ServerConfig | (() => ServerConfig | Promise<ServerConfig>);
}

/**
 * Returns the configuration. It only gives the editor its type.
 *
 * @example
 * export default defineConfig({ policies: 'policy/*.polar', types: { User, Note } });
 */
export const defineConfig = (config: NanookConfig): NanookConfig => config;
