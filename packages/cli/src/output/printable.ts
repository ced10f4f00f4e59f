/**
 * Escapes the characters with which a text of others could end a line, control a terminal or change the direction of letters. A JSON text keeps
 * its meaning.
 */
export const printable = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
