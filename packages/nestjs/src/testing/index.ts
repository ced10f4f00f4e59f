// Helpers for the tests of an application.
export { NanookTestingModule, type TestDoubleOptions } from './nanook-testing.module.js';
