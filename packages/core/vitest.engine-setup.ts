import { Authorizer, type AuthorizerOptions } from './src/index.ts';

// Tests that do not choose an engine get the one of the project. Tests of wrong options get no options that hide the mistake.
const engine = process.env.NANOOK_TEST_ENGINE as AuthorizerOptions['engine'] & string;
// oxlint-disable-next-line typescript/unbound-method -- it is called with the same receiver
const { load } = Authorizer;
Authorizer.load = function (this: typeof Authorizer, options: AuthorizerOptions) {
  const isChoosing = typeof options === 'object' && options !== null && !Array.isArray(options);
  return Reflect.apply(load, this, [isChoosing ? { engine, ...options } : options]) as Promise<Authorizer>;
} as typeof load;
