// What every consumer does with the installed packages. `loaded` holds each entry by its specifier, as that consumer
// loaded it (import or require); `loadExpress` gives Express. Throw to fail. Plain CommonJS, for Node 20 and Jest.
const assert = require('node:assert/strict');

exports.checks = async function checks(loaded, loadExpress) {
  for (const [specifier, module] of Object.entries(loaded)) {
    assert.equal(typeof module, 'object', `${specifier} cannot be loaded`);
  }
  const express = await loadExpress();
  assert.equal(typeof express, 'function');
};
