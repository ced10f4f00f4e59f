// The entry for Node: as the one for every platform, with an authorizer that reads and watches files.
export * from '../index.js';
export { Authorizer, type PolicyWatch, type WatchOptions } from './authorizer.js';
