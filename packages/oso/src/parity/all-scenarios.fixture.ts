import { groups } from './api-scenarios.fixture.js';
import { classScenarios } from './class-scenarios.fixture.js';
import type { Scenario } from './both-libraries.fixture.js';
import { filterScenarios } from './filter-scenarios.fixture.js';
import { grantsScenarios } from './grants-scenarios.fixture.js';
import { hostScenarios } from './host-scenarios.fixture.js';
import { loadErrorScenarios } from './load-error-scenarios.fixture.js';
import { traceScenarios } from './trace-scenarios.fixture.js';

/** All scenarios, by the subject of their group. */
export const allScenarios: Readonly<Record<string, Readonly<Record<string, Scenario>>>> = {
  ...groups,
  'classes of values': classScenarios,
  'data filtering': filterScenarios,
  'partial evaluation': grantsScenarios,
  'the host': hostScenarios,
  'traces of errors': traceScenarios,
  'texts of errors about a policy': loadErrorScenarios,
};
