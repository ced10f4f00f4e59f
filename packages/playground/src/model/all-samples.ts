import { samplesOf } from './sample.js';

/** The samples in the folder `samples` of this package. They are one file of the page, which it loads when it needs one. */
export const samples = samplesOf(
  import.meta.glob(['../../samples/**/*.{polar,json,ts}'], {
    eager: true,
    query: '?raw',
    import: 'default',
  }) as Record<string, string>,
);
