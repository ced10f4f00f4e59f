export { generateBundleKeys, type BundleKey } from './keys.js';
export type { BundleCandidate, BundleManifest, BundleTests, HashedFile } from './bundle.js';
export { openBundle, type OpenedBundle, type OpenOptions } from './open-bundle.js';
export { signBundle, type SignedCandidate, type SignOptions } from './sign-bundle.js';
