import type { AuthorizerOptions } from '@nanook/core';
import { Module, type DynamicModule } from '@nestjs/common';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import type { ContextHook, NanookModuleOptions } from '../options/nanook.options.js';
import { TEST_DOUBLE, withTestPolicy, type TestDouble } from '../options/test-double.js';

/** Options of `NanookTestingModule.allowAll` and `denyAll`. */
export interface TestDoubleOptions extends Pick<AuthorizerOptions, 'types'> {
  /** The actor, or a hook that returns it. Default: the actor that the application finds without its `authenticate` guards, otherwise `nil`. */
  readonly actor?: unknown;
}

/**
 * Replaces parts of the `NanookModule` of an application in its tests. Import it beside the module under test; the options of the application
 * do not change.
 *
 * @example
 * Test.createTestingModule({ imports: [AppModule, NanookTestingModule.actAs(alice)] })
 */
@Module({})
export class NanookTestingModule {
  /**
   * Allows every action of every actor, for tests that do not concern authorization. Resources are loaded as usual. An application in
   * production does not start with it: `NANOOK_NEST_TEST_IN_PRODUCTION`.
   *
   * @param options the actor; and the types, if the application has the option `authorizer`, whose types cannot be read
   * @example
   * Test.createTestingModule({ imports: [AppModule, NanookTestingModule.allowAll({ actor: alice })] })
   */
  static allowAll(options?: TestDoubleOptions): DynamicModule {
    const allow = withPolicy('allow(_, _, _); allow_field(_, _, _, _); allow_request(_, _);', options);
    return testDouble((given) => {
      if (process.env['NODE_ENV'] === 'production')
        throw new NanookNestError('NANOOK_NEST_TEST_IN_PRODUCTION', {});
      return allow(given);
    });
  }

  /**
   * Denies every action. A refused resource is a 404, because it may not be read; with the option `hideUnreadable: false`, a 403.
   *
   * @param options the actor; and the types, if the application has the option `authorizer`
   * @example
   * Test.createTestingModule({ imports: [AppModule, NanookTestingModule.denyAll()] })
   */
  static denyAll(options?: TestDoubleOptions): DynamicModule {
    const deny = withPolicy(
      'allow(_, _, _) if false; allow_field(_, _, _, _) if false; allow_request(_, _) if false;',
      options,
    );
    // Otherwise `allow_request` would refuse every request before its resource is checked.
    return testDouble((given) => deny({ ...given, authorizeRequests: false }));
  }

  /**
   * Keeps the policy of the application and replaces the actor. The guards of `authenticate` do not run.
   *
   * @param actor the actor, or a hook that returns it, like the option `actor`
   * @example
   * NanookTestingModule.actAs((request: Request) => users.get(request.headers['x-user']))
   */
  static actAs(actor: unknown): DynamicModule {
    return testDouble((options) => ({ ...options, actor: hookOf(actor), authenticate: [] }));
  }
}

const testDouble = (useValue: TestDouble): DynamicModule => ({
  module: NanookTestingModule,
  global: true,
  providers: [{ provide: TEST_DOUBLE, useValue }],
  exports: [TEST_DOUBLE],
});

const withPolicy =
  (policies: string, { actor, types }: TestDoubleOptions = {}): TestDouble =>
  ({ authorizer: _, ...options }) =>
    withTestPolicy({
      anonymous: null,
      ...options,
      ...(actor !== undefined && { actor: hookOf(actor) }),
      ...(types !== undefined && { types }),
      policies,
      authenticate: [],
      watch: false,
      onWarning: () => {},
    } satisfies NanookModuleOptions);

const hookOf = (actor: unknown): ContextHook =>
  typeof actor === 'function' ? (actor as ContextHook) : () => actor;
