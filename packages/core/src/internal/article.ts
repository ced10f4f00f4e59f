// cspell:ignore aeio

/** Corrects the article before the name of a class: `a ObjectId`. */
export const withArticle = (found: string): string => found.replace(/^a (?=[aeio])/i, 'an ');
