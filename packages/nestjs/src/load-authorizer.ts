import { Authorizer } from '@nanook/core';
import { checkOptions, loadOptionsOf, type NanookModuleOptions } from './nanook.options.js';

/** The authorizer that the options ask for. What is wrong with the policy stops the application from starting. */
export async function loadAuthorizer(options: NanookModuleOptions): Promise<Authorizer> {
  checkOptions(options);
  return options.authorizer ?? Authorizer.load(loadOptionsOf(options));
}
