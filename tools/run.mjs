// Runs `npm test`, `npm run build` and other scripts with only Node and npm installed: prepares the workspace, then runs the script
// `x:<task>` with the development tools. SYSTEM_NODE names the Node that the user started, for the smoke test.
import { devTools, installEverything, run } from './workspace.mjs';

const [task = 'check', ...rest] = process.argv.slice(2);
installEverything();
run(devTools, ['pnpm', '--silent', 'run', `x:${task}`, ...rest]);
