import type { NanookModuleOptions } from './nanook.options.js';

/** Changes the options of the application, for its tests: `@nanook/nestjs/testing` provides it. */
export type StandIn = (options: NanookModuleOptions) => NanookModuleOptions;

// The entry for tests may be another copy of this package.
export const STAND_IN = Symbol.for('@nanook/nestjs/stand-in');

const policyKey = Symbol.for('@nanook/nestjs/stand-in-policy');

/** Says that the policy of these options is not the application's: what it can grant tells nothing about the rules. */
export const withStandIn = (options: NanookModuleOptions): NanookModuleOptions =>
  Object.defineProperty({ ...options }, policyKey, { value: true });

export const isStandIn = (options: NanookModuleOptions): boolean =>
  (options as { readonly [policyKey]?: boolean })[policyKey] === true;
