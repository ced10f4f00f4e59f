// `npm test`, `npm run build` and the like from nothing but Node and npm: prepares the workspace, then runs the script
// `x:<task>` with the development tools. SYSTEM_NODE names the Node that was started, so that the built packages are tried
// on it as well.
import { devTools, installEverything, run } from './workspace.mjs';

const [task = 'check', ...rest] = process.argv.slice(2);
installEverything();
run(devTools, ['pnpm', '--silent', 'run', `x:${task}`, ...rest]);
