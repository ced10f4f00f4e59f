import { capturedParameter } from './captured-parameter.js';
import type { Check } from './check.js';
import { invalidRuleType } from './invalid-rule-type.js';
import { invalidRule } from './invalid-rule.js';
import { missingRequiredRule } from './missing-required-rule.js';
import { refusedMember } from './refused-member.js';
import { ruleTypeClass } from './rule-type-class.js';
import { singletonVariable } from './singleton-variable.js';
import { undefinedRule } from './undefined-rule.js';

/** What a policy is checked for. The order matters only where two findings have the same place. */
export const allChecks: readonly Check[] = [
  // errors
  singletonVariable,
  capturedParameter,
  refusedMember,
  ruleTypeClass,
  invalidRuleType,
  invalidRule,
  missingRequiredRule,
  undefinedRule,
];
