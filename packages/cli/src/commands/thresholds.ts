import { InvalidArgumentError } from 'commander';
import { measureNames, type MeasureName } from '../policy-coverage/measures.js';

/** The measures of coverage, and the score of mutation testing. */
const names = [...measureNames, 'mutation'] as const;
export type Thresholds = ReadonlyMap<MeasureName | 'mutation', number>;

/**
 * Reads `90` as the threshold of all measures, and `rules=90,conditions=80` as those of some measures.
 *
 * @throws {InvalidArgumentError} for another text
 */
export function readThresholds(text: string): Thresholds {
  if (isPercentage(text)) return new Map(names.map((name) => [name, Number(text)]));
  return new Map(
    text.split(',').map((part) => {
      const [name = '', value = '', ...others] = part.split('=');
      if (!isMeasure(name) || !isPercentage(value) || others.length > 0)
        throw new InvalidArgumentError(
          `expected a number from 0 to 100, or measures such as rules=90,conditions=80 (${names.join(', ')}), found ${text}.`,
        );
      return [name, Number(value)];
    }),
  );
}

const isMeasure = (name: string): name is (typeof names)[number] =>
  (names as readonly string[]).includes(name);

const isPercentage = (text: string): boolean => /^\d+(\.\d+)?$/.test(text) && Number(text) <= 100;
