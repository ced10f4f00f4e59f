import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Counts the tests of a run, and prints `N passed, N failed` as the last line. If NANOOK_TEST_RESULTS names a file, writes the counts and
 * the names of the failed tests to that file as JSON instead, so that tools/check.mjs can add its own steps.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const failures = errors.map(() => 'tests: an error outside the tests');
    let passed = 0;
    let skipped = 0;
    for (const module of modules) {
      const place = `${module.project.name} ${module.relativeModuleId}`;
      for (let i = 0; i < module.errors().length; i++) failures.push(`${place}: the file itself`);
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failures.push(`${place}: ${test.fullName}`);
        else skipped++;
      }
    }
    const file = process.env.NANOOK_TEST_RESULTS;
    if (file) {
      writeFileSync(file, JSON.stringify({ passed, failures, skipped }));
      return;
    }
    const more = skipped > 0 ? `, ${skipped} skipped` : '';
    process.once('exit', () =>
      process.stdout.write(`\n${passed} passed, ${failures.length} failed${more}\n`),
    );
  }
}
