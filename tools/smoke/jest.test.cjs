/* global test */
const { checks } = require('./checks.cjs');

test('the packages work under Jest', async () => {
  const loaded = Object.fromEntries(require('./entries.json').map((entry) => [entry, require(entry)]));
  await checks(loaded, () => require('express'));
});
