import { Authorizer } from '@nanook/core';
import { checkOptions, loadOptionsOf, type NanookModuleOptions } from './nanook.options.js';
import { withRegisteredTypes } from './polar-type.decorator.js';

/** The authorizer that the options ask for. What is wrong with the policy stops the application from starting. */
export async function loadAuthorizer(options: NanookModuleOptions): Promise<Authorizer> {
  checkOptions(options);
  if (options.authorizer !== undefined) return options.authorizer;
  const given = loadOptionsOf(options);
  return Authorizer.load({ ...given, types: withRegisteredTypes(given.types) });
}
