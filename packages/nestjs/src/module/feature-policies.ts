import type { PolicyInput } from '@nanook/core';
import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { NanookNestError } from '../errors/nanook-nest-error.js';

/** The token under which each `forFeature` provides its policies. */
export const FEATURE_POLICIES = Symbol.for('@nanook/nestjs/feature-policies');

/** The policies of features that an application has loaded, by its modules; no entry before it loads the policy. */
const loaded = new WeakMap<ModulesContainer, Set<readonly PolicyInput[]>>();

/** Collects the policies of all features, in the order of the modules. Nest has all modules before it creates the first provider. */
export function collectFeaturePolicies(modules: ModulesContainer): readonly PolicyInput[] {
  const all = loaded.get(modules) ?? new Set();
  loaded.set(modules, all);
  for (const { providers } of modules.values()) {
    const policies = providers.get(FEATURE_POLICIES)?.instance as readonly PolicyInput[] | undefined;
    if (policies !== undefined) all.add(policies);
  }
  return [...all].flat();
}

/** Refuses the policies of a module that is loaded lazily, because the policy of the application is already loaded. */
@Injectable()
export class FeaturePolicies {
  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(FEATURE_POLICIES) policies: readonly PolicyInput[],
  ) {
    if (policies.length > 0 && loaded.get(modules)?.has(policies) === false)
      throw new NanookNestError('NANOOK_NEST_INVALID_OPTION', {
        option: 'policies',
        reason:
          'of forFeature comes too late, because the policy is already loaded; import the module in the root module, and not lazily',
      });
  }
}
