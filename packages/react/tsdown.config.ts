import { library } from '../../tsdown.shared.ts';

// Server components import the package as code of the browser.
export default { ...library({ index: 'src/index.ts' }), banner: { js: "'use client';" } };
