import { Authorizer, type AuthorizerOptions } from '../packages/core/src/index.js';

// Sets the engine of the project in tests that do not choose one. Invalid options are passed on unchanged, so that they stay invalid.
const engine = process.env.NANOOK_TEST_ENGINE as AuthorizerOptions['engine'] & string;
// oxlint-disable-next-line typescript/unbound-method -- `load` is called with the same receiver
const { load } = Authorizer;
function loadOnEngine(this: typeof Authorizer, options: AuthorizerOptions) {
  const isChoosing = typeof options === 'object' && options !== null && !Array.isArray(options);
  return Reflect.apply(load, this, [isChoosing ? { engine, ...options } : options]) as Promise<Authorizer>;
}
// This file runs before each test file of a worker, and those share the class.
if (load.name !== loadOnEngine.name) Authorizer.load = loadOnEngine as typeof load;
