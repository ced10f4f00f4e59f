/** The number of rows from which on a set is wide: it costs more to find all its rows than to ask about each row of a page. */
export const minWide = 5001;

/** The number of values beyond which a list of keys is not written beside a related row. */
export const maxKnownKeys = 500;
