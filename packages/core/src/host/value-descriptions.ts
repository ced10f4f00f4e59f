import { addDescriptions } from '../internal/descriptions.js';
import { knownMembers } from './known-members.js';
import { kindOf, show } from './show.js';
import { conditionAdvice, fieldAdvice, orderAdvice } from './undecided-advice.js';

/** Gives errors the full descriptions of the values that a policy meets. */
export function addValueDescriptions(): void {
  addDescriptions({ knownMembers, show, kindOf, conditionAdvice, fieldAdvice, orderAdvice });
}
