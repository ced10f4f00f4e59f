import { BaseAuthorizer, type Decider } from '../authorization/base-authorizer.js';
import type { DecisionOptions } from '../authorization/options.js';
import { resourceTypeOf } from '../authorization/resource-type.js';
import type { PlainTypeSets } from '../host/plain-type-sets.js';

/** The checks that a precompiled policy has in common with `Authorizer`, except those that decide one `allow`. */
export class CommonChecks extends BaseAuthorizer {
  protected readonly decider: Decider;

  constructor(
    options: DecisionOptions,
    { check, checkUnrecorded }: Pick<Decider, 'check' | 'checkUnrecorded'>,
    typeSets: PlainTypeSets,
  ) {
    super(options);
    this.decider = {
      check,
      checkUnrecorded,
      typeNameOf: (resource) => resourceTypeOf(resource, typeSets),
    };
  }
}
