// The entry for Node. It differs from the entry for other platforms in its `Authorizer`, which reads and watches files.
export * from '../index.js';
export { Authorizer, type PolicyWatch, type WatchOptions } from './authorizer.js';
