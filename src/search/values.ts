/** Escapes of search values: `\,` `\|` `\$` `\\`. https://hl7.org/fhir/R4/search.html#escaping */

/** Splits at every `separator` that is not escaped; the parts keep their escapes. */
export function splitEscaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === separator) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts;
}

/** Every character for itself. */
export function escaped(text: string): string {
  return text.replace(/[\\,|$]/g, '\\$&');
}

export function unescaped(text: string): string {
  return text.replace(/\\([,|$\\])/g, '$1');
}
