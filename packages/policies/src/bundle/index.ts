export { generateBundleKeys, type BundleKey } from './keys.js';
export type { BundleManifest, BundleTests } from './bundle.js';
export { openBundle, type OpenedBundle, type OpenOptions } from './open-bundle.js';
export { signBundle, type SignOptions } from './sign-bundle.js';
