import { Authorizer } from '@nanook/core';
import type { ModulesContainer } from '@nestjs/core';
import { NanookNestError } from '../errors/nanook-nest-error.js';
import { checkOptions, loadOptionsOf } from '../options/check-options.js';
import type { NanookModuleOptions } from '../options/nanook.options.js';
import { hasTestPolicy } from '../options/test-double.js';
import { withRegisteredTypes } from '../resources/polar-type.decorator.js';
import { collectFeaturePolicies } from './feature-policies.js';

/** Loads the policies of the options and of all features as one policy. An error in a policy stops the application. */
export async function loadAuthorizer(
  options: NanookModuleOptions,
  modules: ModulesContainer,
): Promise<Authorizer> {
  checkOptions(options);
  const ofFeatures = collectFeaturePolicies(modules);
  if (options.authorizer !== undefined) {
    if (ofFeatures.length > 0)
      throw new NanookNestError('NANOOK_NEST_INVALID_OPTION', {
        option: 'authorizer',
        reason:
          'has no effect on the `policies` of forFeature, because it is already loaded; give `policies` to forRoot instead',
      });
    return options.authorizer as Authorizer; // the methods that one compiled ahead of time lacks fail when they are called
  }
  const given = loadOptionsOf(options);
  // The policy of a test double replaces all policies.
  const policies = [given.policies ?? [], hasTestPolicy(options) ? [] : ofFeatures].flat();
  return Authorizer.load({ ...given, policies, types: withRegisteredTypes(given.types) });
}
