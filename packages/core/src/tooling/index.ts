// The entry for tools: the tree, the parser, the printer and the checks, without the engine.
export * from '../syntax/index.js';
export { checkConditions, checkPolicy, type CheckPolicyOptions } from '../policy/build/check-policy.js';
export {
  outlineOf,
  type Declaration,
  type DeclarationKind,
  type DeclaredType,
  type DeclaredTypes,
  type Field,
  type FieldOf,
  type FieldType,
  type GlobalBlock,
  type PolicyOutline,
  type PolicyRule,
  type ResourceBlock,
  type TermTypes,
} from './policy-outline.js';
export { describeMember, describeStaticMethod, type BuiltInDescription } from './built-in-descriptions.js';
export { builtInMembersOf, staticMethodsOf, type BuiltInMembers } from './built-in-members.js';
export { CheckMemory } from '../policy/build/check-memory.js';
export { ParsedText } from './parsed-text.js';
export { rowFactRules } from './row-fact-rules.js';
