import { describeValue } from '../internal/describe-value.js';
import { addDescriptions } from '../internal/descriptions.js';
import { nearNames } from '../internal/near-names.js';
import { rowAdvice, tagExample } from './argument-advice.js';
import { codeFrame } from './code-frame.js';
import { invalidOption, unknownOption } from './option-texts.js';
import { runtimeCodes } from './runtime-codes.js';
import { shortData, withShortTexts } from './short-data.js';
import { addTexts, setErrorFormat } from './texts.js';

/** Gives errors their texts and the lines of the policy, and the descriptions of the values and options that an application passes. */
export function addMessages(): void {
  addTexts(runtimeCodes);
  setErrorFormat({ frame: codeFrame, shortData, withShortTexts });
  addDescriptions({
    describeValue,
    invalidOption,
    nearNames,
    rowAdvice,
    tagExample,
    unknownOption,
  });
}
