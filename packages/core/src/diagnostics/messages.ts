// The entry that gives the errors of `@nanook/core/compiled` their texts. It is imported for this effect and exports nothing.
import { runtimeCodes } from './runtime-codes.js';
import { addTexts } from './texts.js';

addTexts(runtimeCodes);
