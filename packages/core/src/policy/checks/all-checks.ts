import { ambiguousPrecedence } from './ambiguous-precedence.js';
import { argumentOrder } from './argument-order.js';
import { assignedTwice } from './assigned-twice.js';
import { bothNil } from './both-nil.js';
import { callArity } from './call-arity.js';
import { capitalVariable } from './capital-variable.js';
import { capturedParameter } from './captured-parameter.js';
import type { Check } from './check.js';
import { foreignName } from './foreign-name.js';
import { forwardingCycle } from './forwarding-cycle.js';
import { grantsEverything } from './grants-everything.js';
import { invalidRuleType } from './invalid-rule-type.js';
import { invalidRule } from './invalid-rule.js';
import { keywordArguments } from './keyword-arguments.js';
import { missingAllowRule } from './missing-allow-rule.js';
import { missingHasPermission } from './missing-has-permission.js';
import { missingRequiredRule } from './missing-required-rule.js';
import { negatedRecursion } from './negated-recursion.js';
import { nestedClassName } from './nested-class-name.js';
import { comparedWithoutKey } from './compared-without-key.js';
import { denialGrants } from './denial-grants.js';
import { fieldCalled } from './field-called.js';
import { neverDecided } from './never-decided.js';
import { neverEqual } from './never-equal.js';
import { notACollection } from './not-a-collection.js';
import { optionalChaining } from './optional-chaining.js';
import { refusedMember } from './refused-member.js';
import { ruleTypeClass } from './rule-type-class.js';
import { singletonVariable } from './singleton-variable.js';
import { typeAsInstance } from './type-as-instance.js';
import { unboundNegation } from './unbound-negation.js';
import { undeclaredName } from './undeclared-name.js';
import { undefinedRule } from './undefined-rule.js';
import { unknownClass } from './unknown-class.js';
import { unknownEnumValue } from './unknown-enum-value.js';
import { unknownField } from './unknown-field.js';
import { unknownSpecializer } from './unknown-specializer.js';
import { unlikelyArgument } from './unlikely-argument.js';
import { unusedRule } from './unused-rule.js';

/** All checks of a policy. Their order matters only for two findings at the same place. */
export const allChecks: readonly Check[] = [
  // errors
  foreignName,
  singletonVariable,
  capturedParameter,
  refusedMember,
  unknownField,
  unknownEnumValue,
  ruleTypeClass,
  invalidRuleType,
  invalidRule,
  missingRequiredRule,
  undefinedRule,
  negatedRecursion,
  // warnings
  capitalVariable,
  typeAsInstance,
  optionalChaining,
  callArity,
  keywordArguments,
  unknownSpecializer,
  unknownClass,
  nestedClassName,
  neverEqual,
  neverDecided,
  bothNil,
  comparedWithoutKey,
  fieldCalled,
  assignedTwice,
  notACollection,
  ambiguousPrecedence,
  unboundNegation,
  forwardingCycle,
  argumentOrder,
  unlikelyArgument,
  grantsEverything,
  denialGrants,
  undeclaredName,
  unusedRule,
  missingAllowRule,
  missingHasPermission,
];
