import { Authorizer } from '@nanook/core';
import type { ModulesContainer } from '@nestjs/core';
import { checkOptions, loadOptionsOf, type NanookModuleOptions } from '../nanook.options.js';
import { NestFault } from '../nest-fault.js';
import { withRegisteredTypes } from '../polar-type.decorator.js';
import { isStandIn } from '../stand-in.js';
import { collectFeaturePolicies } from './feature-policies.js';

/** Loads the policies of the options and of all features as one policy. An error in them stops the application from starting. */
export async function loadAuthorizer(
  options: NanookModuleOptions,
  modules: ModulesContainer,
): Promise<Authorizer> {
  checkOptions(options);
  const ofFeatures = collectFeaturePolicies(modules);
  if (options.authorizer !== undefined) {
    if (ofFeatures.length > 0)
      throw new NestFault('NANOOK_NEST_INVALID_OPTION', {
        option: 'authorizer',
        reason: 'is loaded already, but a forFeature gives `policies`; give `policies` to forRoot instead',
      });
    return options.authorizer;
  }
  const given = loadOptionsOf(options);
  // The policy of a test takes the place of all.
  const policies = [given.policies ?? [], isStandIn(options) ? [] : ofFeatures].flat();
  return Authorizer.load({ ...given, policies, types: withRegisteredTypes(given.types) });
}
