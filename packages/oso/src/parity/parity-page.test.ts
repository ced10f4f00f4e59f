import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import { allScenarios } from './all-scenarios.fixture.js';
import { nanook, original, outcomeOf } from './both-libraries.fixture.js';
import { knownDifferences } from './known-differences.fixture.js';

// Renders docs/reference/parity.md, and compares it with the file. `node tools/parity.mjs` writes the file.

const introduction = `# Parity with oso

\`@nanook/oso\` has the API of \`oso\` 0.27. This page is generated from a test that runs the same scenarios with \`@nanook/oso\` and with the
original package, version 0.27.3. It compares results, bindings, filters, the classes, names and texts of errors, and everything that is
printed. The numbers that oso adds to the names of variables are left out.

The meaning of policies is compared by the conformance corpus, which was recorded from oso. \`packages/conformance/src/oso-package.test.ts\` runs
all its cases with \`@nanook/oso\`, also those of accidental behavior, and names the few with another answer. [Differences from oso](differences.md) lists the differences of Nanook's
own dialect, which \`new Oso({ strict: true })\` uses.

| subject | scenarios | the same as oso |
| --- | ---: | ---: |
`;

const remaining = `
## Remaining differences

| scenario | difference |
| --- | --- |
`;

const further = `
## Not compared

| subject | difference |
| --- | --- |
| \`unsafeHostAccess\` | Policies access the same members as in oso only with \`unsafeHostAccess: true\`. Otherwise the error about a refused member names this option |
| errors below \`not\` | The answer is that of oso. In addition, \`@nanook/oso\` warns once for each place |
| \`typeOrmAdapter\` | It throws for \`In\` and \`Nin\`. The adapter of oso builds invalid SQL for them |
| the REPL | Lines of a pipe are run one after another. oso runs them concurrently |
| \`debug()\` in a policy | It has no effect. In oso, the package for Node prints a message and does not stop |
| \`POLAR_LOG\`, \`RUST_LOG\` | They are read when a policy is loaded. The log has the lines of the level \`info\`, with the values of arguments instead of the names of variables, and without the variables that oso adds. The level \`trace\` adds nothing |
| recursive filters | A rule whose filter follows a relation of a type to itself without end is an error. oso stops after 30 seconds |
| \`getFfi\`, \`dist/src/polar_wasm_api\` | The class \`Polar\` of \`polar_wasm_api\`, which \`getFfi\` returns, has only the methods that a \`Host\` needs, because the engine is written in TypeScript |
| \`dist/src/Query\` | The constructor of \`Query\` throws, for the same reason |
| \`Host\` | \`instances\` has no constants, because the engine does not keep them there |
| a name that is not a string | \`registerConstant\` and \`registerClass\` throw a \`TypeError\` that says what to change. oso throws an error of WebAssembly, and no longer works |
| a look-up or \`in\` on a \`Predicate\` | The error has another text |
| \`new Dictionary()\` in a policy | A look-up of a missing key fails, as for other dictionaries. In oso it is an error. A comparison with \`==\` is an error; in oso it compares the contents |
| integers from 2^53 up | As arguments, bindings and constants they are an error, as in oso. As values of attributes and methods they are numbers as others; oso throws an error for them, too |
| \`Found an unhandled partial\` | The error shows the first condition on the variable, and explains it in other words. oso shows all conditions |
| parameters that are lists | The tests before such a parameter are made also for an argument that cannot match, so an error in them ends the query. oso leaves the rule out first |
| \`forall\` over a call that returns a generator | Its elements decide. In oso, the \`forall\` always holds |
| a promise as an operand of arithmetic | It is awaited, as elsewhere. oso throws an error |
| a method of a class that extends \`Array\` | Policies can call it. oso passes only the elements on, and throws an error for the method |
| the number of calls of the adapter | Mostly lower, because oso loads the relation of a pattern twice. It is higher by one where several rules have patterns with relations, and none matches |
| a variable that is passed to another rule | In a constraint, it has the name that it has in the first rule. In oso, it has the name of the parameter |
| rest variables in results | An unbound \`*rest\` is a \`Variable\`. In oso it is an object \`{ RestVariable }\` |
`;

it('docs/reference/parity.md shows the results of all scenarios', async () => {
  const rows: string[] = [];
  for (const [subject, scenarios] of Object.entries(allScenarios)) {
    let same = 0;
    for (const scenario of Object.values(scenarios)) {
      // oxlint-disable-next-line no-await-in-loop -- the scenarios share the console
      if (isDeepStrictEqual(await outcomeOf(nanook, scenario), await outcomeOf(original, scenario))) same++;
    }
    rows.push(`| ${subject} | ${Object.keys(scenarios).length} | ${same} |`);
  }
  const differences = Object.entries(knownDifferences).map(
    ([name, difference]) =>
      `| ${name.includes('(') || name.includes(' in ') ? `\`${name}\`` : name} | ${difference} |`,
  );
  const page = `${introduction}${rows.join('\n')}\n${remaining}${differences.join('\n')}\n${further}`;
  await expect(page).toMatchFileSnapshot('../../../../docs/reference/parity.md');
});
