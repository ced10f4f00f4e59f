/**
 * Escapes the characters with which a value could change a terminal or the direction of a text: control characters, such as the end of a
 * line, and marks of direction.
 */
export const printable = (text: string): string =>
  text.replaceAll(
    /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
