import type { NanookModuleOptions } from './nanook.options.js';

/** Changes the options of an application in its tests. `@nanook/nestjs/testing` provides it. */
export type TestDouble = (options: NanookModuleOptions) => NanookModuleOptions;

// A registered symbol, because the entry for tests can be another copy of this package.
export const TEST_DOUBLE = Symbol.for('@nanook/nestjs/test-double');

const policyKey = Symbol.for('@nanook/nestjs/test-policy');

/** Marks options whose policy replaces the one of the application, so that the audit does not compare it with the requirements. */
export const withTestPolicy = (options: NanookModuleOptions): NanookModuleOptions =>
  Object.defineProperty({ ...options }, policyKey, { value: true });

/** Returns whether a test replaced the policy of the application. */
export const hasTestPolicy = (options: NanookModuleOptions): boolean =>
  (options as { readonly [policyKey]?: boolean })[policyKey] === true;
