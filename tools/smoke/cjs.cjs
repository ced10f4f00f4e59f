const { checks } = require('./checks.cjs');

const loaded = Object.fromEntries(require('./entries.json').map((entry) => [entry, require(entry)]));
void checks(loaded, () => require('express')); // a rejection ends this process with 1
