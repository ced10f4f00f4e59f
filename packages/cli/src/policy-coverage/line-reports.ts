import { escapeXml } from '../output/xml.js';
import type { CoveredFile, CoveredRule } from './covered-policy.js';
import { measure } from './measures.js';

/** The branches of a line: both outcomes of its conditions, and its alternatives. */
interface CoveredLine {
  readonly line: number;
  /** The number of times that a rule or a condition of the line was tried. A rule that was tried and did not hold has 0. */
  hits: number;
  readonly branches: number[];
}

function linesOf(rules: readonly CoveredRule[]): readonly CoveredLine[] {
  const lines = new Map<number, CoveredLine>();
  const at = (line: number, hits: number): CoveredLine => {
    let found = lines.get(line);
    if (found === undefined) lines.set(line, (found = { line, hits, branches: [] }));
    return found;
  };
  for (const { line, held, conditions, alternatives } of rules) {
    const own = at(line, held);
    // A line with two rules is as covered as the rule with fewer hits.
    own.hits = Math.min(own.hits, held);
    for (const one of conditions) at(one.line, one.held + one.failed).branches.push(one.held, one.failed);
    for (const one of alternatives) at(one.line, one.held).branches.push(one.held);
  }
  return [...lines.values()].sort((a, b) => a.line - b.line);
}

/** Prints the coverage in the format of lcov, with a function for each rule and branches for conditions and alternatives. */
export const toLcov = (files: readonly CoveredFile[]): string => files.map(lcovOf).join('');

function lcovOf({ file, rules }: CoveredFile): string {
  const lines = linesOf(rules);
  const functions = rules.map((rule) => ({ ...rule, name: functionName(rule) }));
  const branches = lines.flatMap(({ line, hits, branches: all }) =>
    // A dash says that the line was never reached.
    all.map((taken, i) => `BRDA:${line},0,${i},${hits === 0 && taken === 0 ? '-' : taken}`),
  );
  const taken = lines.flatMap((line) => line.branches).filter((number) => number > 0).length;
  return [
    'TN:',
    `SF:${file}`,
    ...functions.map(({ line, name }) => `FN:${line},${name}`),
    ...functions.map(({ held, name }) => `FNDA:${held},${name}`),
    `FNF:${functions.length}`,
    `FNH:${functions.filter(({ held }) => held > 0).length}`,
    ...branches,
    `BRF:${branches.length}`,
    `BRH:${taken}`,
    ...lines.map(({ line, hits }) => `DA:${line},${hits}`),
    `LF:${lines.length}`,
    `LH:${lines.filter(({ hits }) => hits > 0).length}`,
    'end_of_record',
    '',
  ].join('\n');
}

/** Returns a name that no other rule of the file has. lcov identifies a function by its name. */
const functionName = ({ text, line, column }: CoveredRule): string => `${text} (${line}:${column})`;

/** Prints the coverage in the format of Cobertura, which GitLab and others show in merge requests. */
export function toCobertura(files: readonly CoveredFile[], time: number): string {
  const all = files.flatMap(({ rules }) => linesOf(rules));
  const lineRate = measure(all.map(({ hits }) => hits));
  const branchRate = measure(all.flatMap(({ branches }) => branches));
  const rates = (lines: readonly CoveredLine[]): string =>
    `line-rate="${rate(lines.map(({ hits }) => hits))}" branch-rate="${rate(lines.flatMap(({ branches }) => branches))}" complexity="0"`;
  const totals = `lines-covered="${lineRate.covered}" lines-valid="${lineRate.total}" branches-covered="${branchRate.covered}" branches-valid="${branchRate.total}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">',
    `<coverage ${rates(all)} ${totals} version="1" timestamp="${time}">`,
    '  <sources><source>.</source></sources>',
    '  <packages>',
    `    <package name="policies" ${rates(all)}>`,
    '      <classes>',
    ...files.flatMap(({ file, rules }) => {
      const lines = linesOf(rules);
      return [
        `        <class name="${escapeXml(file)}" filename="${escapeXml(file)}" ${rates(lines)}>`,
        '          <methods/>',
        '          <lines>',
        ...lines.map((line) => `            ${lineElement(line)}`),
        '          </lines>',
        '        </class>',
      ];
    }),
    '      </classes>',
    '    </package>',
    '  </packages>',
    '</coverage>',
    '',
  ].join('\n');
}

const rate = (counts: readonly number[]): string => (measure(counts).percent / 100).toFixed(4);

function lineElement({ line, hits, branches }: CoveredLine): string {
  if (branches.length === 0) return `<line number="${line}" hits="${hits}" branch="false"/>`;
  const { covered, total, percent } = measure(branches);
  const text = `${Math.floor(percent)}% (${covered}/${total})`;
  return `<line number="${line}" hits="${hits}" branch="true" condition-coverage="${text}"/>`;
}
