import Koa3 from 'koa';
import Koa2 from 'koa2';
import { watchApplications } from '../handlers/watch-applications.js';

// Only Koa 3 is the installed peer dependency here. The tests of Koa 2 are for processes where Koa 2 is.
watchApplications(Koa2.prototype);

/** The supported major versions of Koa. */
export const majors = [
  ['Koa 2', Koa2 as unknown as typeof Koa3],
  ['Koa 3', Koa3],
] as const;
