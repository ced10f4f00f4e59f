import { serve } from './serve.ts';

const { url } = await serve(Number(process.argv[2] ?? 4321));
console.log(`The site is at ${url}. Ctrl-C ends it.`);
