// The options of the search, in place of those that Starlight writes as JSON, which cannot contain a function.

/** Words of questions. Pagefind finds only pages with all words of a search, and few pages have these in the place of a question. */
const questionWords = new Set(
  'a an and any are can could do does for from get has have how i if in is it its me my of on or our should so some that the their them there these they this to us want was we what when where which who whose why will with would you your'.split(
    ' ',
  ),
);

/** Removes the words of a question from a search, unless it has no other words. */
export function processTerm(search: string): string {
  // A phrase in quotation marks is searched as it is.
  if (search.includes('"')) return search;
  const words = search.split(/\s+/).map((word) => word.replace(/[?!.,;:]+$/, ''));
  const wanted = words.filter((word) => !questionWords.has(word.toLowerCase()));
  return wanted.join(' ').trim() === '' ? search : wanted.join(' ');
}

export const pagefindUserConfig = { processTerm };
