import { graphOf, toSvg } from '@nanook/cli/tools';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ViewProps } from './page-context.js';

/** The picture of `nanook graph`, with the colors of the page. */
export function GraphView({ loaded }: ViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const [isWhole, setWhole] = useState(false);
  const graph = graphOf(loaded.project.policies);
  useEffect(() => {
    if (host.current === null) return;
    // The styles of the picture have short names, which must not reach the page.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open' });
    root.innerHTML = `${toSvg(graph)}<style>${styles}</style>`;
  });
  if (graph.types.length === 0)
    return <p class="quiet">The policy has no resource block, so there is nothing to draw.</p>;
  return (
    <>
      <p class="quiet">
        An arrow leads from a role to what it gives. Rules with conditions of their own are not part of the
        picture.
      </p>
      <p class="toolbar">
        <button type="button" aria-pressed={isWhole} onClick={() => setWhole(!isWhole)}>
          Whole picture
        </button>
      </p>
      <div
        class={isWhole ? 'graph whole' : 'graph'}
        ref={host}
        tabIndex={0}
        role="region"
        aria-label="picture of types, roles and permissions"
      />
    </>
  );
}

const styles = `
:host(.whole) svg { width: 100%; height: auto; }
svg { display: block; }
svg text { fill: var(--nk-text); font-family: var(--nk-font); }
svg .page { fill: var(--nk-raised); } svg .card { fill: var(--nk-surface); stroke: var(--nk-border-strong); }
svg .kind, svg .over { fill: var(--nk-muted); }
svg .over { stroke: var(--nk-raised); }
svg .role { fill: var(--nk-accent-soft); stroke: var(--nk-accent); }
svg .permission { fill: var(--nk-allowed-soft); stroke: var(--nk-allowed); }
svg .arrow { stroke: var(--nk-muted); } svg .relation { stroke: var(--nk-border-strong); } svg .tip { fill: var(--nk-muted); }
svg .number { fill: var(--nk-raised); stroke: var(--nk-muted); } svg .rule { font-family: var(--nk-mono); }
`;
