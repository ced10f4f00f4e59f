/* global test */
const { checkMessages, checks } = require('./checks.cjs');

// MikroORM consists of ES modules, which Jest cannot require on Node before 24.9.
const entries = require('./entries.json').filter((entry) => entry !== '@nanook/orm/mikro-orm');
const loaded = Object.fromEntries(entries.map((entry) => [entry, require(entry)]));

test('the packages work under Jest', () => checks(loaded, require));
test('messages are refused under Jest', () => checkMessages(loaded, require));
