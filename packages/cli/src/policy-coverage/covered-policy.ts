import type { CoverageData, CoveredPlace } from '@nanook/core/testing';
import {
  parse,
  partsOfBody,
  textOf,
  type PolicyNode,
  type RuleNode,
  type ShorthandRuleNode,
  type Span,
} from '@nanook/core/syntax';
import { blocksOf, declarationsOf } from '@nanook/analysis';
import type { Project } from '../project/project.js';

/** A rule, condition, alternative or role of a policy, with the number of times that the tests have reached it. */
export interface CoveredPart {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in code points. */
  readonly column: number;
  readonly endLine: number;
  /** Exclusive. */
  readonly endColumn: number;
  /** The first line of its text; the type and the name of a role. */
  readonly text: string;
  readonly held: number;
  /** The number of times that it was tried and did not hold. Always 0 for a role. */
  readonly failed: number;
}

/** A part with its place in the text of its file. */
export interface PlacedPart extends CoveredPart {
  readonly span: Span;
}

export interface CoveredRule extends PlacedPart {
  readonly conditions: readonly PlacedPart[];
  readonly alternatives: readonly PlacedPart[];
}

/** The parts of one policy file. */
export interface CoveredFile {
  readonly file: string;
  readonly text: string;
  readonly rules: readonly CoveredRule[];
  readonly roles: readonly PlacedPart[];
}

/** Assigns the coverage of checks to the parts of the policies, also to those that no check has reached. */
export function coveredFiles({ policies }: Project, data: CoverageData): readonly CoveredFile[] {
  const rules = countsOf(data.rules);
  const conditions = countsOf(data.conditions);
  const alternatives = countsOf(data.alternatives);
  const roles = new Map(data.roles.map(({ type, name, held }) => [`${type} ${name}`, held]));
  return policies.map((policy): CoveredFile => {
    const tree = parse(policy).policy;
    return {
      file: policy.name,
      text: policy.source,
      rules: rulesOf(tree).map((rule): CoveredRule => {
        const parts = partsOf(rule);
        return {
          ...placed(rule.span, rules),
          conditions: parts.conditions.map((span) => placed(span, conditions)),
          alternatives: parts.alternatives.map((span) => placed(span, alternatives)),
        };
      }),
      roles: blocksOf([tree])
        .flatMap(declarationsOf)
        .filter(({ kind }) => kind === 'role')
        .map(({ type, name, span }) => ({
          ...placed(span, new Map()),
          text: `"${name}" of ${type}`,
          held: roles.get(`${type} ${name}`) ?? 0,
        })),
    };
  });
}

/** Returns the rules and the shorthand rules of a policy, in the order of its text. */
export const rulesOf = ({ statements }: PolicyNode): readonly (RuleNode | ShorthandRuleNode)[] =>
  statements.flatMap((statement): readonly (RuleNode | ShorthandRuleNode)[] => {
    if (statement.kind === 'rule') return [statement];
    return statement.kind === 'block' ? statement.items.filter((item) => item.kind === 'shorthand-rule') : [];
  });

/** Returns the conditions and alternatives of a rule. The conditions of a shorthand rule are its relation and the name after `if`. */
function partsOf(rule: RuleNode | ShorthandRuleNode): {
  readonly conditions: readonly Span[];
  readonly alternatives: readonly Span[];
} {
  if (rule.body === undefined) return { conditions: [], alternatives: [] };
  const { conditions, alternatives } = partsOfBody(rule.body);
  return {
    // A condition of a block is the relation and the name before `on`.
    conditions: conditions.flatMap((node) =>
      node.kind === 'implied'
        ? [node.name.span, ...(node.relation ? [node.relation.span] : [])]
        : [node.span],
    ),
    alternatives: alternatives.flat().map(({ span }) => span),
  };
}

type Counts = ReadonlyMap<string, CoveredPlace>;

const countsOf = (places: readonly CoveredPlace[]): Counts =>
  new Map(places.map((place) => [`${place.start}-${place.end} ${place.file}`, place]));

function placed(span: Span, counts: Counts): PlacedPart {
  const file = span.source.name ?? 'policy';
  const { held = 0, failed = 0 } = counts.get(`${span.start}-${span.end} ${file}`) ?? {};
  const [text = '', ...others] = textOf(span).split('\n');
  const { line, column } = span.source.positionAt(span.start);
  const { line: endLine, column: endColumn } = span.source.positionAt(span.end);
  const shown = others.length > 0 ? `${text} …` : text;
  return { span, file, line, column, endLine, endColumn, text: shown, held, failed };
}
