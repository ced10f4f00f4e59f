import type { AuthorizerOptions } from '@nanook/core';
import { Module, type DynamicModule } from '@nestjs/common';
import type { ContextHook, NanookModuleOptions } from '../options/nanook.options.js';
import { TEST_DOUBLE, withTestPolicy, type TestDouble } from '../options/test-double.js';

export interface TestDoubleOptions extends Pick<AuthorizerOptions, 'types'> {
  /** Who is asking, or a hook that says so. Default: whom the application finds, without its guards that authenticate; `nil`. */
  readonly actor?: unknown;
}

/**
 * Stands in for parts of an application's `NanookModule`, in its tests: import it beside the module under test. It needs neither
 * the module that imports `NanookModule`, nor its options.
 *
 * @example
 * Test.createTestingModule({ imports: [AppModule, NanookTestingModule.actAs(alice)] })
 */
@Module({})
export class NanookTestingModule {
  /**
   * Everybody may do everything: for tests that are not about authorization. Resources are loaded as ever.
   *
   * @param options `types` where the application gave a loaded `authorizer`: its types are not to be had
   */
  static allowAll(options?: TestDoubleOptions): DynamicModule {
    return testDouble(withPolicy('allow(_, _, _); allow_field(_, _, _, _); allow_request(_, _);', options));
  }

  /** Nobody may do anything. It is refused as what may not be read: a 404, or a 403 where the options have `hideUnreadable: false`. */
  static denyAll(options?: TestDoubleOptions): DynamicModule {
    const deny = withPolicy(
      'allow(_, _, _) if false; allow_field(_, _, _, _) if false; allow_request(_, _) if false;',
      options,
    );
    // Else all requests would be refused, and no question asked about a resource.
    return testDouble((given) => deny({ ...given, authorizeRequests: false }));
  }

  /**
   * The application's own policy, asked by this actor, and no guard of `authenticate` before. The actor may be a hook, as `actor`
   * of the options is.
   *
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
