import { render } from 'preact';
import { ExplorerClient } from './explorer/explorer-client.js';
import { ExplorerSession } from './explorer/explorer-session.js';
import { emptyProject } from './model/project-text.js';
import { Workbench } from './model/workbench.js';
import { App } from './view/app.js';
import { restoreTheme } from './view/theme.js';

// The page of `nanook explore`.
restoreTheme();
const workbench = new Workbench(emptyProject);
const session = new ExplorerSession(new ExplorerClient(location.origin + location.pathname), workbench);
render(<App workbench={workbench} samples={[]} explorer={session} />, document.getElementById('page')!);
session.follow();
