/* global test */
const { checkMessages, checks } = require('./checks.cjs');

// MikroORM, jose and chokidar consist of ES modules, which Jest cannot require on Node before 24.9.
const ofModules = /^@nanook\/(orm\/mikro-orm|policies|policies\/bundle|policies\/files)$/;
const entries = require('./entries.json').filter((entry) => !ofModules.test(entry));
const loaded = Object.fromEntries(entries.map((entry) => [entry, require(entry)]));

test('the packages work under Jest', () => checks(loaded, require));
test('messages are refused under Jest', () => checkMessages(loaded, require));
