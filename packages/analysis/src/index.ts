// `@nanook/analysis`: the answers of an editor about policies. It imports no module of Node.js.
export { Workspace, type Range } from './workspace/workspace.js';
export type { WorkspaceSettings } from './workspace/settings.js';
export type { Place, TextEdit } from './workspace/place.js';
export type { Completion, CompletionKind, Completions } from './completion/completion.js';
export type { FileFinding } from './findings/diagnostics.js';
export type { CodeAction } from './fixes/code-actions.js';
export type { Hover } from './hover/description.js';
export type { Signature } from './hover/signature.js';
export type { Rename, RenameRefusal, RenameWarning } from './edits/rename.js';
export type { HierarchyCall, HierarchyItem } from './navigation/call-hierarchy.js';
export type { Target } from './navigation/definition.js';
export type { CodeLens } from './outline/code-lenses.js';
export type { DocumentSymbol, WorkspaceSymbol } from './outline/document-symbols.js';
export type { MeasuredPart, Measurements } from './outline/measurements.js';
export type { FoldingRange } from './outline/folding-ranges.js';
export type { InlayHint } from './outline/inlay-hints.js';
export { semanticKinds, type SemanticKind, type SemanticToken } from './outline/semantic-tokens.js';
export { describeSymbol, type Occurrence, type PolicySymbol } from './symbols/policy-symbol.js';

// The checks, lints and fixes of `nanook check`.
export { blocksOf, declarationsOf, predicates, shorthandRulesOf } from './blocks/declarations.js';
export type { Declaration, DeclarationKind } from './blocks/declarations.js';
export { checkPolicies, findingOfError, inOrder, type CheckedPolicies } from './findings/check-policies.js';
export { errorCount, failsCheck, findingOf, type Finding } from './findings/finding.js';
export { groupBy } from './findings/group-by.js';
export type { AppliedFix, Fix } from './fixes/fix.js';
export { fixesOf, fixPolicy, type Effects, type FixedPolicies } from './fixes/fixes-of.js';
export { allLints, runLints } from './lints/all-lints.js';
export type { Lint, LintInput } from './lints/lint.js';
export { builtInTypes, inferTypes } from './types/infer-types.js';
