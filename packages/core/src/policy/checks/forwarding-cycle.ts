import { componentsBy } from '../../internal/components.js';
import { groupBy } from '../../internal/group-by.js';
import type { ShorthandRuleNode } from '../../syntax/ast.js';
import { plainPartsOf, type PlainShorthand } from '../../syntax/shorthand-parts.js';
import { policyCheck } from './check.js';

/** Warns about `"a" if "b"; "b" if "a";`, which are one role with two names. Over a relation, the rules are about different rows. */
export const forwardingCycle = policyCheck({
  code: 'POLAR_CHECK_FORWARDING_CYCLE',
  severity: 'warning',
  needs: 'all blocks',
  policy({ blocks }, report) {
    for (const block of blocks.values()) {
      const impliers = groupBy(block.shorthandRules.flatMap(forwardingIn), ({ head }) => head.value);
      const componentOf = componentsBy((name: string) =>
        (impliers.get(name) ?? []).map(({ implier }) => implier.value),
      );
      const reported = new Set<string>();
      for (const [start, rules] of impliers) {
        const isOnCircle = rules.some(({ implier }) => componentOf(implier.value) === componentOf(start));
        if (!isOnCircle || reported.has(start)) continue;
        const circle = findCircle(start, impliers)!;
        const names = circle.map(({ head }) => head.value);
        for (const name of names) reported.add(name);
        report({ span: circle[0]!.rule.span, data: { names, type: block.type } });
      }
    }
  },
});

/** A rule `"a" if "b";`. */
interface Forwarding extends PlainShorthand {
  readonly rule: ShorthandRuleNode;
}

function forwardingIn(rule: ShorthandRuleNode): Forwarding[] {
  const parts = plainPartsOf(rule);
  return parts === undefined || parts.relation !== undefined ? [] : [{ ...parts, rule }];
}

/** Returns the shortest way from a name back to itself, as the rules along it. */
function findCircle(
  start: string,
  impliers: ReadonlyMap<string, readonly Forwarding[]>,
): Forwarding[] | undefined {
  const arrivedBy = new Map<string, Forwarding>();
  const pending = [start];
  // A queue that grows during the loop: breadth first.
  for (const name of pending) {
    for (const rule of impliers.get(name) ?? []) {
      const next = rule.implier.value;
      if (next !== start) {
        if (arrivedBy.has(next)) continue;
        arrivedBy.set(next, rule);
        pending.push(next);
        continue;
      }
      const circle = [rule];
      while (circle[0]!.head.value !== start) circle.unshift(arrivedBy.get(circle[0]!.head.value)!);
      return circle;
    }
  }
  return undefined;
}
