import { Authorizer, type AuthorizerOptions } from './src/index.ts';

// Tests that do not choose an engine get the one of the project.
const engine = process.env.NANOOK_TEST_ENGINE as AuthorizerOptions['engine'] & string;
// oxlint-disable-next-line typescript/unbound-method -- it is called on what it was called on
const { load } = Authorizer;
Authorizer.load = function (this: typeof Authorizer, options: AuthorizerOptions) {
  return Reflect.apply(load, this, [{ engine, ...options }]) as Promise<Authorizer>;
} as typeof load;
