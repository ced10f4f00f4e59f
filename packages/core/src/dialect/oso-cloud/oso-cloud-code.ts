import { orderConditions } from './order-conditions.js';

/** The code that changes the rules of a checked policy. */
export const dialectCode = { orderConditions };
