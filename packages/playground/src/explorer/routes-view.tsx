import type { ExplorerRoute, ExplorerRoutes } from '@nanook/cli/tools';
import { useState } from 'preact/hooks';
import type { LoadedProject } from '../model/load-project.js';
import type { PageActions } from '../view/page-context.js';
import { PlaceLink, type ShowPlace } from '../view/place-link.js';
import { useResult } from '../view/use-result.js';
import { Waiting } from '../view/waiting.js';
import type { ExplorerSession } from './explorer-session.js';
import type { ProjectOutcomes } from './project-outcomes.js';
import { reachOf, type RouteCheck, type RouteReach } from './reach.js';

interface RoutesProps {
  readonly session: ExplorerSession;
  readonly loaded: LoadedProject | undefined;
  readonly known: ProjectOutcomes | undefined;
  readonly actions: PageActions;
  readonly showPlace: ShowPlace;
}

/** The routes of the application: what each requires, and who of the data can reach it. */
export function RoutesView({ session, ...others }: RoutesProps) {
  const [times, setTimes] = useState(0);
  const { state } = session.view;
  const result = useResult(() => session.client.routes(times > 0), [state?.version, times]);
  return (
    <Waiting result={result} label="Loading the application …">
      {(found) =>
        found.kind === 'none' ? (
          <NoApplication />
        ) : found.kind === 'error' ? (
          <p class="message" role="alert">
            The routes cannot be listed, which says nothing about them: {found.message}
          </p>
        ) : (
          <>
            <p class="toolbar">
              <span>
                {countOf(found)} {found.routes.some(({ findings }) => findings.length > 0) && '⚠'}
              </span>
              <button
                type="button"
                title="a change of the application is not seen before"
                onClick={() => setTimes(times + 1)}
              >
                Load the application again
              </button>
            </p>
            {found.routes.some(({ requirement }) => requirement.includes('allow_request')) && (
              <p class="quiet">
                <code>allow_request</code> decides about each request first, so that it can also refuse those
                in the last column.
              </p>
            )}
            {found.notes.map((note) => (
              <p key={note} class="quiet">
                {note}
              </p>
            ))}
            <div class="scroll">
              <table class="routes">
                <thead>
                  <tr>
                    <th scope="col">route</th>
                    <th scope="col">requirement</th>
                    <th scope="col">who of the data can reach it</th>
                  </tr>
                </thead>
                <tbody>
                  {found.routes.map((route) => (
                    <Route key={`${route.method} ${route.path} ${route.handler}`} {...others} route={route} />
                  ))}
                </tbody>
              </table>
            </div>
          </>
        )
      }
    </Waiting>
  );
}

const NoApplication = () => (
  <div class="prose">
    <p>The project names no application, so its routes are not known. Name it in the configuration:</p>
    <pre class="code">{`export default defineConfig({
  // …
  application: 'src/app.ts', // exports \`app\`, or a function that returns it
});`}</pre>
    <p>or when you start the explorer:</p>
    <pre class="code">nanook explore --application src/app.ts</pre>
    <p class="quiet">
      The module must not listen on a port when it is loaded. Nothing is added to the application: its routes
      are read as <code>nanook audit</code> reads them.
    </p>
  </div>
);

function countOf({ routes }: Extract<ExplorerRoutes, { readonly kind: 'routes' }>): string {
  const open = routes.filter(({ status }) => status === 'unprotected').length;
  return `${routes.length === 1 ? '1 route' : `${routes.length} routes`}, ${open} without a requirement`;
}

/** The requirement of a route can have the rules of all types. */
const maxRules = 3;

/** A path that can continue on another line after each part. */
const BreakablePath = ({ path }: { readonly path: string }) => (
  <code class="path">
    {path.split(/(?<=.)(?=\/)/).map((part, i) => (
      <>
        {i > 0 && <wbr />}
        {part}
      </>
    ))}
  </code>
);

interface RouteProps extends Omit<RoutesProps, 'session'> {
  readonly route: ExplorerRoute;
}

function Route({ route, loaded, known, actions, showPlace }: RouteProps) {
  const { method, path, requirement, status, rules, location } = route;
  // The last column says it.
  const findings = route.findings.filter((finding) => !finding.endsWith(' has no requirement'));
  return (
    <tr>
      <th scope="row" title={location}>
        <code>{method}</code> <BreakablePath path={path} />
      </th>
      <td>
        {requirement}
        {rules.slice(0, maxRules).map((rule) => (
          <div key={`${rule.file}:${rule.line}`}>
            <PlaceLink place={{ ...rule, column: 1 }} text={rule.text} show={showPlace} />
          </div>
        ))}
        {rules.length > maxRules && (
          <div class="quiet" title={rules.map(({ file, line }) => `${file}:${line}`).join('\n')}>
            and {rules.length - maxRules} more rules
          </div>
        )}
        {findings.map((finding) => (
          <p key={finding} class="message">
            ⚠ {finding}
          </p>
        ))}
      </td>
      <td>
        {status === 'authorized' ? (
          route.checks.map((check) => (
            <Reachable key={`${check.action} ${check.type}`} {...{ check, loaded, known, actions }} />
          ))
        ) : (
          <Unchecked status={status} requirement={requirement} />
        )}
      </td>
    </tr>
  );
}

const Unchecked = ({ status, requirement }: Pick<ExplorerRoute, 'status' | 'requirement'>) =>
  status === 'unprotected' ? (
    <span class="denied">
      ⚠{' '}
      {requirement === 'allow_request'
        ? 'everybody whom allow_request lets in: no other requirement'
        : 'everybody: no requirement'}
    </span>
  ) : (
    <span class="quiet">{status === 'skipped' ? 'everybody' : 'not decided here'}</span>
  );

function Reachable({
  check,
  loaded,
  known,
  actions,
}: Omit<RouteProps, 'route' | 'showPlace'> & { readonly check: RouteCheck }) {
  const result = useResult(
    async (signal) => (loaded === undefined ? undefined : reachOf(loaded, check, known, signal)),
    [loaded, known, check.action, check.type],
  );
  return (
    <Waiting result={result} label="…">
      {(reach) =>
        reach === undefined ? (
          <span class="quiet">correct the policy first</span>
        ) : (
          <>
            <Who reach={reach} ask={actions.ask} />
            {reach.omitted > 0 && (
              <p class="message">
                The data is large: {reach.omitted} checks of other actors and resources are not made here.
              </p>
            )}
          </>
        )
      }
    </Waiting>
  );
}

function Who({ reach, ask }: { readonly reach: RouteReach; readonly ask: PageActions['ask'] }) {
  const { action, resources, actors, omitted } = reach;
  if (resources.length === 0)
    return (
      <span class="quiet">
        the data has no resource {reach.type === undefined ? '' : `of ${reach.type} `}with this action
      </span>
    );
  const some = actors.filter(({ allowed, unanswered }) => allowed.length + unanswered > 0);
  if (some.length === 0)
    return <span class="quiet">nobody{omitted > 0 && ' of those who were checked'}</span>;
  return (
    <span class="squares">
      {some.map(({ actor, allowed, unanswered }) => {
        const isAllowed = allowed.length > 0;
        const share = allowed.length === resources.length ? '' : ` ${allowed.length} of ${resources.length}`;
        const title = isAllowed
          ? `${actor} may ${action} ${allowed.join(', ')}`
          : `${unanswered} checks of ${actor} are undecided or failed`;
        return (
          <button
            key={actor}
            type="button"
            class={`square ${isAllowed ? 'allowed' : 'undecided'}`}
            title={title}
            aria-label={title}
            onClick={() => ask({ actor, action, resource: allowed[0] ?? resources[0]! })}
          >
            {isAllowed ? '✓' : '?'}
            <span class="who">
              {actor}
              {share}
            </span>
          </button>
        );
      })}
    </span>
  );
}
