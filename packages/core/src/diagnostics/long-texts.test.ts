import { expect, it } from 'vitest';
import { Authorizer, isPolarError } from '../index.js';

const long = 'x'.repeat(1_000_000);

const policies: Record<string, string> = {
  'an undefined rule': `allow(_, _, r) if ${long}(r);`,
  'an unknown specializer': `allow(_, "a", _: X${long});`,
  'an unused variable': `allow(_, "a", ${long});`,
  'a misplaced string': `allow("${long}" "b", "c");`,
  'a misplaced name': `allow ${long} b;`,
  'a large number': `allow(_, 1${'0'.repeat(100_000)}, _);`,
  'a repeated key': `allow(_, {${long}: 1, ${long}: 2}, _);`,
  'a block without a type': `resource X${long} {}`,
  'an undeclared name': `resource Note { permissions = ["read"]; "read" if "${long}"; }`,
  'a declaration of a block': `resource Note { ${long} = ["read"]; }`,
  'a missing rule type': `type f(x: Integer); f("${long}"); allow(_, _, x) if f(x);`,
  'an inline query': `allow(1, "${long}", 2); ?= allow(2, "${long}", 3);`,
  'an undecided inline query': `${long}(x) if x.missing = 1; allow(_, _, x) if ${long}(x); ?= ${long}({});`,
  'a missing attribute': `allow(_, _, x) if x.${long} = 1; ?= allow(1, 2, {});`,
  'an unknown class': `allow(_, _, x) if x = new X${long}();`,
};

it.each(Object.entries(policies))('shortens the error and the warnings about %s', async (_what, policy) => {
  const texts: string[] = [];
  try {
    await Authorizer.load({
      policies: policy,
      types: { Note: {} },
      onWarning: (warning) => texts.push(warning.message, JSON.stringify(warning.data)),
    });
  } catch (error) {
    if (!isPolarError(error)) throw error;
    texts.push(error.message, JSON.stringify(error));
  }
  expect(texts).not.toEqual([]);
  for (const text of texts) expect(text.length).toBeLessThan(40_000);
});
