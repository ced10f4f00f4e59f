import { InvalidArgumentError } from 'commander';
import { measureNames, type MeasureName } from '../policy-coverage/measures.js';

export type Thresholds = ReadonlyMap<MeasureName, number>;

/**
 * Reads `90` as the threshold of all measures, and `rules=90,conditions=80` as those of some measures.
 *
 * @throws {InvalidArgumentError} for another text
 */
export function readThresholds(text: string): Thresholds {
  if (isPercentage(text)) return new Map(measureNames.map((name) => [name, Number(text)]));
  return new Map(
    text.split(',').map((part) => {
      const [name = '', value = '', ...others] = part.split('=');
      if (!isMeasure(name) || !isPercentage(value) || others.length > 0)
        throw new InvalidArgumentError(
          `expected a number from 0 to 100, or measures such as rules=90,conditions=80 (${measureNames.join(', ')}), found ${text}.`,
        );
      return [name, Number(value)];
    }),
  );
}

const isMeasure = (name: string): name is MeasureName => (measureNames as readonly string[]).includes(name);

const isPercentage = (text: string): boolean => /^\d+(\.\d+)?$/.test(text) && Number(text) <= 100;
