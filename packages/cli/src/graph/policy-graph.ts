import { renderDiagnostic, type NamedPolicy } from '@nanook/core';
import {
  declaredNameIn,
  impliedIn,
  parse,
  positionOf,
  textOf,
  type BlockNode,
  type PolicyNode,
  type ShorthandRuleNode,
} from '@nanook/core/syntax';
import { blocksOf, declarationsOf, shorthandRulesOf } from '@nanook/analysis';
import { UsageError } from '../errors/usage-error.js';

/** The types of a policy with their permissions, roles, relations and shorthand rules. */
export interface PolicyGraph {
  readonly types: readonly TypeNode[];
}

/** A type with a block. Several blocks of one type are one node. */
export interface TypeNode {
  readonly name: string;
  readonly isActor: boolean;
  readonly permissions: readonly string[];
  readonly roles: readonly string[];
  /** The names of related types, by the name of the relation. */
  readonly relations: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
}

/** A shorthand rule: `"read" if "member" on "organization";`. */
export interface Grant {
  /** The permission or role that the rule gives. */
  readonly gives: string;
  /** The role or permission that it needs. */
  readonly needs: string;
  /** The relation to the resource on which it needs it; undefined for the resource itself. */
  readonly on: string | undefined;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

/** @throws {UsageError} when a policy has a syntax error, because its blocks would be missing */
export function graphOf(policies: readonly NamedPolicy[]): PolicyGraph {
  const blocks = blocksOf(policies.map(treeOf));
  const names = [...new Set(blocks.map(({ className }) => className.name))];
  return { types: names.map((name) => typeNode(name, blocks)) };
}

function treeOf(source: NamedPolicy): PolicyNode {
  const { policy, diagnostics } = parse(source);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new UsageError(errors.map(renderDiagnostic).join('\n'));
  return policy;
}

function typeNode(name: string, blocks: readonly BlockNode[]): TypeNode {
  const own = blocks.filter(({ className }) => className.name === name);
  const declarations = own.flatMap(declarationsOf);
  const namesOf = (kind: string): string[] =>
    declarations.filter((declaration) => declaration.kind === kind).map((declaration) => declaration.name);
  return {
    name,
    isActor: own.some(({ keyword }) => keyword?.name === 'actor'),
    permissions: namesOf('permission'),
    roles: namesOf('role'),
    relations: Object.fromEntries(own.flatMap(relationsOf)),
    grants: own.flatMap(shorthandRulesOf).flatMap(grantsOf),
  };
}

const relationsOf = ({ items }: BlockNode): (readonly [string, string])[] =>
  items.flatMap((item) =>
    item.kind === 'dictionary-declaration'
      ? item.fields.map(({ key, value }) => [key, value.name] as const)
      : [],
  );

/** Returns a grant for each role, permission or relation that a rule asks for. */
const grantsOf = (rule: ShorthandRuleNode): readonly Grant[] =>
  impliedIn(rule).map(({ isGlobal, name, relation }) => ({
    gives: nameOf(rule.head),
    needs: isGlobal ? `global ${nameOf(name)}` : nameOf(name),
    on: relation?.value,
    file: rule.span.source.name ?? 'policy',
    line: positionOf(rule.span).line,
  }));

/** Returns a name, or `any role`. */
const nameOf = (node: ShorthandRuleNode['head']): string =>
  declaredNameIn(node) ?? `any ${textOf(node.span)}`;
