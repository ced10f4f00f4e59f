import {
  plainPartsOf,
  printShorthandRule,
  printString,
  type BlockNode,
  type PlainShorthand,
  type ShorthandRuleNode,
  type Span,
} from '@nanook/core/syntax';
import { declarationsOf, shorthandRulesOf, type DeclarationKind } from '@nanook/analysis';
import { maxNames } from './body-mutations.js';
import type { Edit, OperatorName, Reach } from './mutant.js';
import type { PolicyNames } from './names.js';

/** One change of a block. */
export interface BlockMutation {
  readonly operator: OperatorName;
  readonly summary: string;
  readonly span: Span;
  readonly rule: Span;
  readonly edits: readonly Edit[];
  readonly reach: Reach;
  /** The same for two changes with the same result. */
  readonly key: string;
}

/** A rule of a block with one condition. */
type PlainRule = ShorthandRuleNode & PlainShorthand;

const printPlain = ({ head, implier, keyword, relation }: PlainShorthand): string =>
  `${printString(head.value)} if ${printString(implier.value)}${keyword && relation ? ` ${keyword.name} ${printString(relation.value)}` : ''};`;

/** Returns the changes of the shorthand rules of a block. */
export function blockMutations(block: BlockNode, names: PolicyNames): readonly BlockMutation[] {
  const type = block.className.name;
  const declarations = declarationsOf(block);
  const kindOf = (name: string): DeclarationKind | undefined =>
    (declarations.find((one) => one.name === name) ?? names.kindIn(type, name))?.kind;
  const rules = shorthandRulesOf(block);
  return rules.flatMap((rule) => {
    const parts = plainPartsOf(rule);
    const kind = parts && kindOf(parts.head.value);
    if (parts === undefined) return [dropped(rule)];
    const plain = { ...rule, ...parts };
    return kind === undefined
      ? []
      : [dropped(rule), ...swappedNames(plain), ...furtherGrants(plain, kind), ...grantToAll(plain, kind)];
  });

  function dropped(rule: ShorthandRuleNode): BlockMutation {
    return replaced('drop-rule', 'the rule is dropped', rule, rule.span, '');
  }

  function swappedNames(rule: PlainRule): readonly BlockMutation[] {
    const { head, implier, relation } = rule;
    const owner = relation === undefined ? type : names.relatedType(type, relation.value);
    const others = owner === undefined ? [] : names.sameKind(owner, implier.value);
    const changes = others
      .filter((other) => relation !== undefined || other !== head.value)
      .slice(0, maxNames)
      .map((other) => {
        const changed = printPlain({ ...rule, implier: { ...implier, value: other } });
        const exists = rules.some((one) => printShorthandRule(one) === changed);
        const { start, end } = implier.span;
        return {
          operator: 'swap-name' as const,
          summary: `"${implier.value}" becomes "${other}"`,
          span: implier.span,
          rule: rule.span,
          edits: [{ start, end, text: printString(other) }],
          reach: callOf(rule),
          // A rule that the block has already makes the change the same as to drop the rule.
          key: exists ? keyOf(rule, '') : keyOf(rule, changed),
        };
      });
    if (relation === undefined || names.kindIn(type, implier.value) === undefined) return changes;
    const direct = { ...rule, keyword: undefined, relation: undefined };
    if (head.value === implier.value) return changes;
    return [
      ...changes,
      replaced('drop-condition', 'the relation is dropped', rule, relation.span, printPlain(direct)),
    ];
  }

  /** Grants the permission or the role to a further role that does not have it. */
  function furtherGrants(rule: PlainRule, kind: DeclarationKind): readonly BlockMutation[] {
    const { head } = rule;
    const holders = names.impliersOf(type, head.value);
    return names
      .declared('role', type)
      .filter((role) => role !== head.value && !holders.has(role))
      .slice(0, maxNames)
      .map((role) => {
        const added = `${printString(head.value)} if ${printString(role)};`;
        return {
          operator: 'grant-to-role' as const,
          summary: `the ${kind} "${head.value}" is given to the role "${role}", too`,
          span: rule.span,
          rule: rule.span,
          edits: [{ start: rule.span.end, end: rule.span.end, text: ` ${added}` }],
          reach: callOf(rule),
          key: `${type} ${added}`,
        };
      });
  }

  function grantToAll(rule: PlainRule, kind: DeclarationKind): readonly BlockMutation[] {
    if (kind === 'relation') return [];
    const { source } = rule.span;
    const added = `has_${kind}(_: Actor, ${printString(rule.head.value)}, _: ${type});`;
    const { length } = source.text;
    return [
      {
        operator: 'grant-to-everyone',
        summary: `the ${kind} "${rule.head.value}" is given to every actor`,
        span: rule.span,
        rule: rule.span,
        edits: [{ start: length, end: length, text: `\n${added}\n` }],
        reach: callOf(rule),
        key: added,
      },
    ];
  }

  function replaced(
    operator: OperatorName,
    summary: string,
    rule: ShorthandRuleNode,
    span: Span,
    text: string,
  ): BlockMutation {
    const { start, end } = rule.span;
    return {
      operator,
      summary,
      span,
      rule: rule.span,
      edits: [{ start, end, text }],
      reach: { kind: 'rule' },
      key: keyOf(rule, text),
    };
  }

  function callOf({ head }: PlainRule): Reach {
    return { kind: 'call', predicate: `has_${kindOf(head.value)}/3` };
  }

  function keyOf({ span }: ShorthandRuleNode, text: string): string {
    return `${type} ${span.start} ${text}`;
  }
}
