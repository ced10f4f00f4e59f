/** Escapes a text for XML and HTML: for an element, and for an attribute in quotation marks. */
export const escapeXml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    // oxlint-disable-next-line no-control-regex -- XML allows no control characters
    .replace(/[\u0000-\u0008\u000b-\u001f]/g, '�');
