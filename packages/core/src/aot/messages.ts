// The entry that gives the errors of `@nanook/core/compiled` their texts, and that checks the options of the application. It is imported for
// these effects and exports nothing.
import { addOptionChecks } from '../authorization/option-checks.js';
import { validateDecisionOptions, validateQueryOptions } from '../authorization/validate-options.js';
import { moduleProblem } from '../diagnostics/argument-advice.js';
import { addMessages } from '../diagnostics/messages.js';
import { addDescriptions } from '../internal/descriptions.js';
import { addValueDescriptions } from '../host/value-descriptions.js';

addMessages();
addValueDescriptions();
addDescriptions({ moduleProblem });
addOptionChecks({ ofLoad: validateDecisionOptions, ofCheck: validateQueryOptions });
