import { messageOf } from '@nanook/cli/tools';
import { render } from 'preact';
import { emptyProject, type ProjectText } from './model/project-text.js';
import { firstSample, type Sample } from './model/sample.js';
import { fromFragment, isShared } from './model/share.js';
import { Workbench } from './model/workbench.js';
import { App } from './view/app.js';
import type { RunQuery } from './view/page-context.js';
import { restoreTheme } from './view/theme.js';

/** The project with which the page opens, and a message about a link that cannot be opened. */
interface Start {
  readonly project: ProjectText;
  readonly problem: string | undefined;
}

async function startOf(fragment: string, samples: readonly Sample[]): Promise<Start> {
  const sampleOf = (id: string): ProjectText | undefined =>
    samples.find((sample) => sample.id === id)?.project;
  const first = sampleOf(firstSample) ?? emptyProject;
  if (fragment === 'empty') return { project: emptyProject, problem: undefined };
  if (!isShared(fragment)) return { project: sampleOf(fragment) ?? first, problem: undefined };
  try {
    return { project: await fromFragment(fragment), problem: undefined };
  } catch (error) {
    return { project: first, problem: messageOf(error) };
  }
}

/** The database is loaded when a query is run. */
const runQuery: RunQuery = async (tables, query) =>
  (await import('./database/run-on-postgres.js')).runOnPostgres(tables, query);

restoreTheme();
const { samples } = await import('./model/all-samples.js');
const { project, problem } = await startOf(location.hash.slice(1), samples);
const workbench = new Workbench(project);
render(
  <App workbench={workbench} samples={samples} problem={problem} runQuery={runQuery} />,
  document.getElementById('page')!,
);
void workbench.decide();
