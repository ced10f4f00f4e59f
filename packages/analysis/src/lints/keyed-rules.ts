import {
  mapPattern,
  mapTerm,
  printRule,
  plainPartsOf,
  printShorthandRule,
  printString,
  type BlockNode,
  type PolicyNode,
  type RuleNode,
  type ShorthandRuleNode,
  type TermNode,
} from '@nanook/core/syntax';
import { blocksOf, declarationsOf, predicates, shorthandRulesOf } from '../blocks/declarations.js';

/** A rule, or a shorthand rule, with a text that rules of the same meaning share. */
export interface KeyedRule {
  readonly node: RuleNode | ShorthandRuleNode;
  readonly key: string;
}

/** Returns the rules and the shorthand rules of policies in their order. Names of variables are not part of their keys. */
export function keyedRules(trees: readonly PolicyNode[], constants: object): readonly KeyedRule[] {
  const keyOfShorthand = shorthandKeys(blocksOf(trees));
  return trees.flatMap(({ statements }) =>
    statements.flatMap((statement): readonly KeyedRule[] => {
      if (statement.kind === 'rule') return [{ node: statement, key: keyOfRule(statement, constants) }];
      if (statement.kind !== 'block') return [];
      return shorthandRulesOf(statement).map((node) => ({ node, key: keyOfShorthand.get(node)! }));
    }),
  );
}

/** The keys of rules. An editor keeps the nodes of the rules that did not change. */
const keys = new WeakMap<RuleNode, { readonly constants: object; readonly key: string }>();

function keyOfRule(rule: RuleNode, constants: object): string {
  let known = keys.get(rule);
  if (known?.constants !== constants) {
    known = { constants, key: printWithoutNames(rule, constants) };
    keys.set(rule, known);
  }
  return known.key;
}

/** Prints a rule with numbers for its variables, as they appear. */
function printWithoutNames(rule: RuleNode, constants: object): string {
  const numbers = new Map<string, string>();
  const rename = (term: TermNode): TermNode => {
    if (term.kind !== 'variable' || !isVariable(term.name, constants)) return term;
    const name = numbers.get(term.name) ?? variable(numbers.size);
    numbers.set(term.name, name);
    return { ...term, name };
  };
  const parameters = rule.parameters.map(({ term, specializer, ...rest }) => ({
    ...rest,
    term: mapTerm(term, rename),
    specializer: specializer && mapPattern(specializer, rename),
  }));
  return printRule({ ...rule, parameters, body: rule.body && mapTerm(rule.body, rename) });
}

const variable = (number: number): string => `v${number}`;

/** Every `_` is a variable of its own. */
const isVariable = (name: string, constants: object): boolean =>
  name !== '_' && name !== 'nil' && !/^\p{Lu}|::/u.test(name) && !Object.hasOwn(constants, name);

/** The predicates of the names that blocks declare, and the types of their relations. */
class DeclaredNames {
  readonly #predicates = new Map<string, string>();
  readonly #related = new Map<string, string>();

  constructor(blocks: readonly BlockNode[]) {
    for (const block of blocks) {
      for (const { type, name, kind } of declarationsOf(block))
        this.#predicates.set(slotOf(type, name), predicates[kind]);
      for (const item of block.items)
        if (item.kind === 'dictionary-declaration')
          for (const { key, value } of item.fields)
            this.#related.set(slotOf(block.className.name, key), value.name);
    }
  }

  predicateOf(type: string, name: string): string | undefined {
    return this.#predicates.get(slotOf(type, name));
  }

  relatedType(type: string, relation: string): string | undefined {
    return this.#related.get(slotOf(type, relation));
  }
}

const slotOf = (type: string, name: string): string => `${type} ${name}`;

type ShorthandKeys = ReadonlyMap<ShorthandRuleNode, string>;

/** The keys of the shorthand rules of all blocks, by the first block. An editor keeps the nodes of the blocks that did not change. */
const knownKeys = new WeakMap<
  BlockNode,
  { readonly blocks: readonly BlockNode[]; readonly keys: ShorthandKeys }
>();

function shorthandKeys(blocks: readonly BlockNode[]): ShorthandKeys {
  const [first] = blocks;
  if (first === undefined) return new Map();
  let known = knownKeys.get(first);
  if (known?.blocks.length !== blocks.length || !blocks.every((block, i) => block === known!.blocks[i])) {
    const names = new DeclaredNames(blocks);
    const keys = blocks.flatMap((block) =>
      shorthandRulesOf(block).map((rule) => [rule, keyOf(rule, block.className.name, names)] as const),
    );
    known = { blocks, keys: new Map(keys) };
    knownKeys.set(first, known);
  }
  return known.keys;
}

/** Returns the key of the rule that a shorthand rule is short for. */
function keyOf(rule: ShorthandRuleNode, type: string, names: DeclaredNames): string {
  const parts = plainPartsOf(rule);
  if (parts === undefined) return `${type} ${printShorthandRule(rule)}`;
  const { head, implier, relation } = parts;
  const owner = relation === undefined ? type : names.relatedType(type, relation.value);
  const granted = names.predicateOf(type, head.value);
  const implied = owner && names.predicateOf(owner, implier.value);
  if (granted === undefined || implied === undefined) return `${type} ${printShorthandRule(rule)}`;
  const [actor, resource, other] = [variable(0), variable(1), variable(2)];
  const start = `${granted}(${actor}: Actor{}, ${printString(head.value)}, ${resource}: ${type}{}) if `;
  const call = (on: string): string => `${implied}(${actor}, ${printString(implier.value)}, ${on});`;
  if (relation === undefined) return start + call(resource);
  return `${start}has_relation(${other}, ${printString(relation.value)}, ${resource}) and ${call(other)}`;
}
