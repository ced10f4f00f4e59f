// The entry that gives the errors of `@nanook/core/compiled` their texts. It is imported for this effect and exports nothing.
import { moduleAdvice } from '../diagnostics/argument-advice.js';
import { addMessages } from '../diagnostics/messages.js';
import { addDescriptions } from '../internal/descriptions.js';
import { addValueDescriptions } from './value-descriptions.js';

addMessages();
addValueDescriptions();
addDescriptions({ moduleAdvice });
