import type { Dialect } from '../../dialect/dialect.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { Report } from '../../diagnostics/report.js';
import { textOf } from '../../diagnostics/span.js';
import type { Source } from '../../diagnostics/source.js';
import { groupBy } from '../../internal/group-by.js';
import { once } from '../../internal/once.js';
import type {
  BlockNode,
  FactDeclarationNode,
  GlobalBlockNode,
  InlineQueryNode,
  RuleNode,
  RuleTypeNode,
  StatementNode,
  TermNode,
} from '../../syntax/ast.js';
import { parsePolicy } from '../../syntax/parser.js';
import type { TypeTable } from '../../types/type-table.js';
import { runChecks } from '../checks/run-checks.js';
import { parametersOfFact } from '../declared-fact.js';
import { implicitAllow } from '../implicit-allow.js';
import { nameEntities } from '../named-entities.js';
import type { PolicyParts } from '../policy-draft.js';
import { factsOf } from '../policy-facts.js';
import { policyHash } from '../policy-version.js';
import type { Policy, PolicyFact, PolicyRule, ResourceBlock } from '../policy.js';
import { ruleTypeTable } from '../rule-type-table.js';
import { RuleTypeMatcher } from '../rule-type.js';
import type { CheckMemory } from './check-memory.js';
import { readBlocks } from './read-blocks.js';

/**
 * Reads and checks all sources of a policy together.
 *
 * @param report gets all that is wrong in any of them: by source, its syntax errors first, then in the order of the text
 * @param queries the names of rules that the application queries itself
 * @param conditions conditions outside the policy that the checks read like the bodies of rules
 * @param parse returns the statements of a source, which a tool can keep from an earlier version of the text
 * @param factSources the texts of the rules for the facts that rows are
 * @param memory has what a tool keeps of an earlier check, with the same types
 * @returns the policy, frozen, or undefined when there were errors
 */
export function buildPolicy(
  sources: readonly Source[],
  types: TypeTable,
  report: Report,
  queries: readonly string[] = [],
  conditions: readonly TermNode[] = [],
  parse: ParseSource = parseComplete,
  factSources: readonly Source[] = [],
  memory?: CheckMemory,
): Policy | undefined {
  const found = new Report();
  const statements = [
    ...readAll(sources, types.dialect, found, parse),
    ...readAll(factSources, types.dialect, found, parseComplete),
  ];
  const hasAllStatements = !found.hasErrors;

  const written = only<RuleNode>('rule', statements);
  const rules = [...written, ...implicitAllow(written, types.dialect)];
  const declaredFacts = only<FactDeclarationNode>('fact-declaration', statements);
  const ruleTypes = [...only<RuleTypeNode>('rule-type', statements), ...declaredFacts.map(typeOfFact)];
  const inlineQueries = only<InlineQueryNode>('inline-query', statements);
  const nodes = [
    ...only<BlockNode>('block', statements),
    ...only<GlobalBlockNode>('global-block', statements),
  ];
  const explicit = rules.map(explicitRule);
  const read = () => readBlocks(nodes, types, explicit.length);
  const inAllBlocks = memory?.blocksOf(nodes, read) ?? read();
  const { inBlocks, inShorthand, rules: rewritten } = inAllBlocks;
  const { blocks, globals } = inAllBlocks.merged;
  const numbered = [...explicit, ...rewritten.map((rule, i) => withId(rule, explicit.length + i))];
  const facts = factsOf(declaredFacts, numbered, types.dialect);
  nameEntities([...rules, ...inlineQueries, ...nodes], types, found);
  const hasAllBlocks = hasAllStatements && !inBlocks.hasErrors && !inShorthand.hasErrors;
  found.diagnostics.push(...inBlocks.diagnostics);
  // An undeclared name may be declared in the part that could not be parsed.
  if (hasAllStatements && !inBlocks.hasErrors) found.diagnostics.push(...inShorthand.diagnostics);

  const actorTypes = namesOf(blocks, ({ isActor }) => isActor);
  const resourceTypes = namesOf(blocks, () => true);
  const draft: PolicyParts = {
    types,
    rules: numbered,
    queries,
    inlineQueries,
    conditions,
    rulesByName: groupBy(numbered, ({ name }) => name),
    ruleTypes,
    facts: aritiesByName(facts),
    typesOfRules: ruleTypeTable(ruleTypes, inAllBlocks.ruleTypes),
    matcher: new RuleTypeMatcher(types, { Actor: new Set(actorTypes), Resource: new Set(resourceTypes) }),
    blocks,
    globals,
    assigned: assignedNames(found),
    hasAllStatements,
    hasAllBlocks,
  };
  runChecks(draft, found, memory?.scopes);

  const diagnostics = inOrder(found.diagnostics, sources);
  report.diagnostics.push(...diagnostics);
  if (found.hasErrors) return undefined;
  const hash = once(() => policyHash(sources));
  return Object.freeze({
    kind: 'policy',
    get hash() {
      return hash();
    },
    sources: Object.freeze([...sources]),
    factSources: Object.freeze([...factSources]),
    rules: Object.freeze(numbered),
    ruleTypes: Object.freeze(ruleTypes),
    facts: Object.freeze(facts),
    inlineQueries: Object.freeze(inlineQueries),
    blocks,
    globals,
    actorTypes: Object.freeze(actorTypes),
    resourceTypes: Object.freeze(resourceTypes),
    warnings: Object.freeze(diagnostics),
  });
}

const aritiesByName = (facts: readonly PolicyFact[]): ReadonlyMap<string, readonly number[]> =>
  new Map(
    [...groupBy(facts, ({ name }) => name)].map(([name, all]) => [name, all.map(({ arity }) => arity)]),
  );

/** The statements of a source without a syntax error, and the syntax errors. */
export interface ParsedSource {
  readonly statements: readonly StatementNode[];
  readonly diagnostics: readonly Diagnostic[];
}
export type ParseSource = (source: Source, dialect: Dialect) => ParsedSource;

/** Leaves out a statement with a syntax error, even one with a tree, because further errors in it may be consequences. */
const parseComplete: ParseSource = (source, dialect) => {
  const report = new Report();
  const { statements } = parsePolicy(source, report, dialect);
  return { statements: withoutFaults(statements, report.errors), diagnostics: report.diagnostics };
};

/** Returns the statements that contain no error. */
export function withoutFaults(
  statements: readonly StatementNode[],
  errors: readonly Diagnostic[],
): readonly StatementNode[] {
  const faults = errors.map(({ span }) => span?.start ?? 0);
  return statements.filter(({ span }) => !faults.some((at) => span.start <= at && at < span.end));
}

/** Returns the statements of every source. It reports a source that repeats an earlier one, and does not read it twice. */
function readAll(
  sources: readonly Source[],
  dialect: Dialect,
  report: Report,
  parse: ParseSource,
): StatementNode[] {
  const byName = new Map<string, Source>();
  const byText = new Map<string, string>();
  return sources.flatMap((source) => {
    const { name, text } = source;
    if (name !== undefined) {
      const sameName = byName.get(name);
      const sameAs = sameName === undefined ? byText.get(text) : name;
      if (sameAs !== undefined) report.error('POLAR_LOAD_DUPLICATE_SOURCE', { name, sameAs });
      if (sameAs !== undefined && (sameName ?? source).text === text) return [];
      byName.set(name, source);
      byText.set(text, name);
    }
    const { statements, diagnostics } = parse(source, dialect);
    report.diagnostics.push(...diagnostics);
    return statements;
  });
}

/** Returns `admins` for a statement `admins = ["ann"];`, which is reported as foreign syntax. */
const assignedNames = ({ diagnostics }: Report): ReadonlySet<string> =>
  new Set(
    diagnostics.flatMap(({ code, span }) => {
      const name = code === 'POLAR_PARSE_FOREIGN_SYNTAX' && span && /(\w+)\s*:?=$/.exec(textOf(span))?.[1];
      return name === undefined || name === false ? [] : [name];
    }),
  );

const only = <Node extends StatementNode>(kind: Node['kind'], statements: readonly StatementNode[]): Node[] =>
  statements.filter((statement): statement is Node => statement.kind === kind);

/** Returns `type has_role(_: User, _: String, _: Organization);` */
const typeOfFact = (fact: FactDeclarationNode): RuleTypeNode => ({
  kind: 'rule-type',
  span: fact.span,
  name: fact.name,
  nameSpan: fact.nameSpan,
  parameters: parametersOfFact(fact),
});

const explicitRule = ({ name, parameters, body, span }: RuleNode, id: number): PolicyRule =>
  Object.freeze({ kind: 'policy-rule', id, name, parameters, body, span, shorthandOf: undefined });

/** Returns a rule with its number; the rule itself if it has this number. */
const withId = (rule: PolicyRule, id: number): PolicyRule =>
  rule.id === id ? rule : Object.freeze({ ...rule, id });

const namesOf = (
  blocks: ReadonlyMap<string, ResourceBlock>,
  isMember: (block: ResourceBlock) => boolean,
): string[] => [...blocks.values()].filter(isMember).map(({ type }) => type);

/** Orders by source, with syntax errors first in each source, then by place. Diagnostics without a place come last. */
function inOrder(diagnostics: readonly Diagnostic[], sources: readonly Source[]): Diagnostic[] {
  const position = new Map(sources.map((source, i) => [source, i]));
  const sourceOf = ({ span }: Diagnostic): number => (span && position.get(span.source)) ?? sources.length;
  const isCheck = ({ code }: Diagnostic): number => (code.startsWith('POLAR_PARSE_') ? 0 : 1);
  const startOf = ({ span }: Diagnostic): number => span?.start ?? 0;
  return [...diagnostics].sort(
    (a, b) => sourceOf(a) - sourceOf(b) || isCheck(a) - isCheck(b) || startOf(a) - startOf(b),
  );
}
