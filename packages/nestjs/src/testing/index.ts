// Helpers for the tests of an application.
export { NanookTestingModule, type StandInOptions } from './nanook-testing.module.js';
