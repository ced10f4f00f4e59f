import { parse, type Node } from '@nanook/core/syntax';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, 'policy');

/** Returns the place of each rule of the policy, including shorthand rules: `issue.polar:6`. */
export const ruleLines = (): string[] =>
  globSync('*.polar', { cwd: folder })
    .toSorted()
    .flatMap((name) => {
      const { policy } = parse({ name, source: readFileSync(join(folder, name), 'utf8') });
      return policy.statements
        .flatMap((statement): readonly Node[] => (statement.kind === 'block' ? statement.items : [statement]))
        .filter(({ kind }) => kind === 'rule' || kind === 'shorthand-rule')
        .map(({ span }) => lineOf(name, span.source.positionAt(span.start).line));
    });

export const lineOf = (file: string | undefined, line: number): string => `${basename(file ?? '')}:${line}`;
