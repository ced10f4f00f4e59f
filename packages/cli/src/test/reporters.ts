import { count } from '../output/count.js';
import type { Colors } from '../output/io.js';
import { escapeXml } from '../output/xml.js';
import type { TestResult } from './test-result.js';

/** Prints one result for people, with the failed assertions and their reasons. */
export function resultText({ name, file, line, failures }: TestResult, colors: Colors): string {
  const place = colors.dim(`${file}:${line}`);
  if (failures.length === 0) return `${colors.green('✓')} ${name} ${place}`;
  const lines = failures.flatMap(({ assertion, line: at, reason }) => [
    `  ${colors.red(assertion)} ${colors.dim(`${file}:${at}`)}`,
    ...reason.split('\n').map((text) => `    ${text}`),
  ]);
  return [`${colors.red('✗')} ${name} ${place}`, ...lines].join('\n');
}

export function summaryText(results: readonly TestResult[], colors: Colors): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const text = `${count(results.length, 'test')}: ${results.length - failed} passed, ${failed} failed`;
  return failed > 0 ? colors.red(text) : colors.green(text);
}

/** Prints the results as JUnit XML, which CI systems read. */
export function toJunit(results: readonly TestResult[]): string {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const cases = results.map(({ name, file, line, durationMs, failures }) => {
    const attributes = `name="${escapeXml(name)}" classname="${escapeXml(file)}" file="${escapeXml(file)}" line="${line}" time="${seconds(durationMs)}"`;
    if (failures.length === 0) return `  <testcase ${attributes}/>`;
    const inner = failures.map(
      ({ assertion, reason }) =>
        `    <failure message="${escapeXml(assertion)}">${escapeXml(reason)}</failure>`,
    );
    return [`  <testcase ${attributes}>`, ...inner, '  </testcase>'].join('\n');
  });
  const total = results.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="nanook" tests="${results.length}" failures="${failed}" time="${seconds(total)}">`,
    ...cases,
    '</testsuite>',
  ].join('\n');
}

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);
