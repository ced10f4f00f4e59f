/** The number of rows from which on a recursive set is wide: it costs more to find all its rows than to ask about each row of a page. */
export const minWide = 5001;
