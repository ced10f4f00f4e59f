// Runs a command of this repository with only Node and npm installed: installs the dependencies, then runs the command with the
// development tools on its path. `npm test`, `npm run build` and `npm run bench` use it. SYSTEM_NODE names the Node that the user started,
// for the smoke test.
import { devTools, installEverything, run } from './workspace.mjs';

const [file, ...args] = process.argv.slice(2);
if (process.env.npm_config_all !== undefined) {
  console.error('npm did not pass on --all; write: npm test -- --all');
  process.exit(1);
}
installEverything();
run(devTools, [file, ...args]);
