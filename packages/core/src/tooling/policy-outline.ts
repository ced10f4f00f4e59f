import { findDialect, type PolicyDialect } from '../dialect/dialect.js';
import { Report } from '../diagnostics/report.js';
import type { Span } from '../diagnostics/span.js';
import type { PolicyNode, RuleNode } from '../syntax/ast.js';
import { CheckMemory } from '../policy/build/check-memory.js';
import { mergeBlocks } from '../policy/resource-block.js';
import { rewriteShorthandRules } from '../policy/shorthand.js';
import type {
  Declaration,
  DeclarationKind,
  GlobalBlock,
  PolicyRule,
  ResourceBlock,
} from '../policy/policy.js';
import { termTypesIn, type FieldOf, type TermTypes } from '../policy/checks/static-types.js';
import type { DeclaredType, Field, FieldType } from '../types/declared-type.js';
import type { TypesInput } from '../types/type-declaration.js';

export type {
  Declaration,
  DeclarationKind,
  DeclaredType,
  Field,
  FieldOf,
  FieldType,
  GlobalBlock,
  PolicyRule,
  ResourceBlock,
  TermTypes,
};

/** The declared types of an application, as the checks of a policy see them. */
export interface DeclaredTypes {
  readonly names: readonly string[];
  find(name: string): DeclaredType | undefined;
  /** Returns the type itself, and its superclasses that are declared, the nearest first. */
  ancestorsOf(type: DeclaredType): readonly DeclaredType[];
  /** Returns the certain types of the terms of a rule, and those of its variables at its end. */
  termTypesIn(rule: Pick<RuleNode, 'parameters' | 'body'>): TermTypes;
}

/** The blocks and shorthand rules of policies, which can contain errors. */
export interface PolicyOutline {
  readonly types: DeclaredTypes;
  /** The merged blocks by type. */
  readonly blocks: ReadonlyMap<string, ResourceBlock>;
  readonly globals: GlobalBlock | undefined;
  /** The rules for which the shorthand rules are short, by the places of these. */
  readonly expanded: ReadonlyMap<Span, PolicyRule>;
}

/**
 * Returns the types of an application, and what the blocks of policies declare, for tools. A part with an error is left out.
 *
 * @param memory that of the checks of the policies, which has the table of the types
 * @throws {PolarError} `POLAR_TYPE_…` for a type that makes no sense
 */
export function outlineOf(
  trees: readonly PolicyNode[],
  types: TypesInput,
  constants: Readonly<Record<string, unknown>> = {},
  dialect?: PolicyDialect,
  memory = new CheckMemory(),
): PolicyOutline {
  const table = memory.tableOf(types, constants, findDialect({ dialect }));
  const nodes = trees.flatMap(({ statements }) =>
    statements.filter((each) => each.kind === 'block' || each.kind === 'global-block'),
  );
  const merged = mergeBlocks(nodes, table, new Report());
  const expanded = rewriteShorthandRules(merged, table, 0, new Report()).map(
    (rule) => [rule.span, rule] as const,
  );
  return {
    types: {
      names: table.typeNames,
      find: (name) => table.find(name),
      ancestorsOf: (type) => table.ancestorsOf(type),
      termTypesIn: (rule) => termTypesIn(rule, table),
    },
    ...merged,
    expanded: new Map(expanded),
  };
}
