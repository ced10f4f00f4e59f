// `@nanook/cli/tools`: the checks, tests and pictures of the command, for policies in memory. It imports no module of Node, so that a
// page and an editor use the same code as the terminal.
export type { Fixtures, NanookConfig } from './project/config.js';
export { Project } from './project/project.js';
export { UsageError } from './errors/usage-error.js';
export { messageOf } from './errors/message-of.js';
export { readValue } from './values/read-value.js';
export { showValue } from './values/show-value.js';

export { labelOf } from './decisions/recorded-objects.js';

export { checkPolicies, checkProject } from './check/check-project.js';
export type { Finding, Fix } from '@nanook/analysis';
export { fixesOf } from './check/fixes/fix-project.js';

export { runTests, testsOf, type ExplanationForm, type TestOptions } from './test/run-tests.js';
export type { TestFailure, TestResult } from './test/test-result.js';
export {
  coveredFiles,
  type CoveredFile,
  type CoveredPart,
  type CoveredRule,
  type PlacedPart,
} from './policy-coverage/covered-policy.js';
export {
  measureNames,
  measuresOf,
  percentText,
  type Measure,
  type MeasureName,
  type Measures,
} from './policy-coverage/measures.js';

export { blocksOf, declarationsOf, type Declaration, type DeclarationKind } from '@nanook/analysis';
export { graphOf, type Grant, type PolicyGraph, type TypeNode } from './graph/policy-graph.js';
export { toSvg } from './graph/svg.js';

export { causesOf, type Cause, type Side } from './diff/change.js';
export { checksOf, sampled, type CheckList } from './diff/checks.js';
export { participantsOf, scopeOf, type Participants, type PolicyScope } from './diff/policy-scope.js';
export { ruleKeysOf, type RuleKeys } from './diff/rule-keys.js';

export type { CoveringTest, GrantingRule, PolicyPlace } from './audit/audited-route.js';
export type {
  Comparison,
  ExploredProject,
  ExplorerDecisions,
  ExplorerDifference,
  ExplorerQuestion,
  ExplorerRoute,
  ExplorerRoutes,
  ExplorerState,
  ProjectAnswer,
  ReplayedDecision,
  SaveRequest,
} from './explore/messages.js';
