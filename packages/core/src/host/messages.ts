// The entry that gives the errors of `@nanook/core/compiled` their texts. It is imported for this effect and exports nothing.
import { addMessages } from '../diagnostics/messages.js';
import { addValueDescriptions } from './value-descriptions.js';

addMessages();
addValueDescriptions();
