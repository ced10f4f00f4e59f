const checks = require('./checks.cjs');

const loaded = Object.fromEntries(require('./entries.json').map((entry) => [entry, require(entry)]));
void checks[process.argv[2]](loaded, require); // a rejection ends the process with exit code 1
