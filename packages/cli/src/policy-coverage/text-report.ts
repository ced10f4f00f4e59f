import type { Colors } from '../output/io.js';
import type { CoveredFile, CoveredRule, PlacedPart } from './covered-policy.js';
import { measureNames, percentText, type Measures } from './measures.js';

/** Prints the measures, and each part that the tests do not cover. */
export function coverageText(files: readonly CoveredFile[], measures: Measures, colors: Colors): string {
  const gaps = files.flatMap(({ rules, roles }) => [
    ...rules.flatMap(gapsOf),
    ...roles.filter(({ held }) => held === 0).map((role) => gap('role never held', role)),
  ]);
  const table = measureNames.map((name) => {
    const { covered, total, percent } = measures[name];
    const text = `  ${name.padEnd(12)} ${percentText(percent).padStart(7)}  ${covered} of ${total}`;
    return covered < total ? text : colors.green(text);
  });
  return [
    'coverage:',
    ...table,
    ...gaps.map(({ label, text, place }) => `  ${colors.yellow(label)} ${text} ${colors.dim(place)}`),
  ].join('\n');
}

interface Gap {
  readonly label: string;
  readonly text: string;
  readonly place: string;
}

const gap = (label: string, { text, file, line }: PlacedPart): Gap => ({
  label,
  text,
  place: `${file}:${line}`,
});

/** Returns the parts of a rule that are not covered. The conditions of a rule that no test has tried are not listed one by one. */
export function gapsOf(rule: CoveredRule): readonly Gap[] {
  const { held, failed, conditions, alternatives } = rule;
  if (held + failed === 0) return [gap('rule never tried', rule)];
  return [
    ...(held === 0 ? [gap('rule never held', rule)] : []),
    ...alternatives.filter((one) => one.held === 0).map((one) => gap('alternative never taken', one)),
    ...conditions
      .filter((one) => one.held + one.failed === 0)
      .map((one) => gap('condition never tried', one)),
    ...conditions
      .filter((one) => one.held === 0 && one.failed > 0)
      .map((one) => gap('condition never true', one)),
    ...conditions
      .filter((one) => one.held > 0 && one.failed === 0)
      .map((one) => gap('condition never false', one)),
  ];
}
