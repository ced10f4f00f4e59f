import type { Explanation } from '@nanook/core';
import { useMemo, useState } from 'preact/hooks';
import { ruleCount, treeOf, type ExplanationNode, type Sign } from '../model/explanation-tree.js';
import { PlaceLink, type ShowPlace } from './place-link.js';

const signTexts: Readonly<Record<Sign, readonly [sign: string, word: string]>> = {
  held: ['✓', 'holds'],
  failed: ['✗', 'fails'],
  undecided: ['?', 'is undecided'],
  note: ['·', 'note'],
};

/** The explanation as a tree of rules and conditions. The nearest branch is open. */
export function WhyView({
  explanation,
  names,
  showPlace,
  showData,
}: {
  /** The explanation of an answer; undefined if there is no decision. */
  readonly explanation: Explanation | undefined;
  /** The names of the data, which values link to. */
  readonly names: ReadonlySet<string>;
  readonly showPlace: ShowPlace;
  readonly showData: (name: string) => void;
}) {
  const tree = useMemo(() => (explanation === undefined ? [] : treeOf(explanation)), [explanation]);
  if (explanation === undefined) return <p class="quiet">An answer has its reasons here.</p>;
  if (tree.length === 0)
    return <p class="quiet">No rule of the policy is about this action and this resource.</p>;
  const isAllowed = explanation.outcome === 'allowed';
  return (
    <>
      <p class="quiet">
        {isAllowed
          ? 'These rules allow the action:'
          : 'These rules could have allowed the action, the nearest first:'}{' '}
        <code>{explanation.query}</code>
      </p>
      <ul class="tree" key={explanation.query}>
        {tree.map((node, i) => (
          <Node key={node.id} node={node} isOpen={isNearest(tree, i)} {...{ names, showPlace, showData }} />
        ))}
      </ul>
    </>
  );
}

interface NodeProps {
  readonly node: ExplanationNode;
  readonly isOpen: boolean;
  readonly names: ReadonlySet<string>;
  readonly showPlace: ShowPlace;
  readonly showData: (name: string) => void;
}

function Node(props: NodeProps) {
  const { node, isOpen: startsOpen, ...others } = props;
  const { children } = node;
  const [isOpen, setOpen] = useState(startsOpen);
  if (children.length === 0)
    return (
      <li>
        <div class="row leaf">
          <Line {...props} />
        </div>
      </li>
    );
  const steps = ruleCount(node);
  return (
    <li>
      <div class="row">
        <button
          type="button"
          class="toggle"
          aria-expanded={isOpen}
          aria-label={isOpen ? 'close this branch' : 'open this branch'}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? '▾' : '▸'}
        </button>
        <Line {...props} />
        <span class="count">{steps === 1 ? '1 step' : `${steps} steps`}</span>
      </div>
      {isOpen && (
        <ul>
          {children.map((child, i) => (
            // Below an open branch, the nearest branch is open, too. Conditions that hold have no branch.
            <Node key={child.id} node={child} isOpen={startsOpen && isNearest(children, i)} {...others} />
          ))}
        </ul>
      )}
    </li>
  );
}

/** Returns whether a branch is the first one. */
const isNearest = (children: readonly ExplanationNode[], index: number): boolean =>
  children.findIndex(({ children: inner }) => inner.length > 0) === index;

function Line({ node: { sign, code, reason, values, place }, names, showPlace, showData }: NodeProps) {
  const [symbol, word] = signTexts[sign];
  return (
    <span class="line">
      <span class={`sign ${sign}`} role="img" aria-label={word}>
        {symbol}
      </span>
      <span>
        {code !== undefined && <code>{firstLines(code)}</code>}
        {code !== undefined && reason !== undefined && ': '}
        {reason}
        {place !== undefined && ' '}
        {place !== undefined && <PlaceLink place={place} text={code ?? ''} show={showPlace} />}
        {values.length > 0 && (
          <span class="values">
            {values.map(({ name, value }) => (
              <span key={name} class="value">
                {name} ={' '}
                {names.has(value) ? (
                  <button type="button" class="place" title="show this row" onClick={() => showData(value)}>
                    {value}
                  </button>
                ) : (
                  <code>{value}</code>
                )}
              </span>
            ))}
          </span>
        )}
      </span>
    </span>
  );
}

/** A rule with its body can be long. The editor shows all of it. */
function firstLines(text: string): string {
  const lines = text.split('\n');
  return lines.length > 1 ? `${lines[0]!.trimEnd()} …` : text;
}
