/* global test */
const { checkMessages, checks } = require('./checks.cjs');

const loaded = Object.fromEntries(require('./entries.json').map((entry) => [entry, require(entry)]));

test('the packages work under Jest', () => checks(loaded, require));
test('messages are refused under Jest', () => checkMessages(loaded, require));
