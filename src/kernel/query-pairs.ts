/** What a query says, in the order it says it. */
import { malformed } from './fhir-error.ts';

/**
 * `a=1&b=%E5%BC%A0` -> pairs, names and values decoded. Throws malformed (400) for a `%` that is no escape, for
 * escaped bytes that are not UTF-8 and for NUL: `URLSearchParams` alone would look for something else than what
 * was meant, and find nothing. https://hl7.org/fhir/R4/http.html#general (UTF-8), RFC 3986 section 2.1
 */
export function queryPairs(query: string): [string, string][] {
  try {
    decodeURIComponent(query);
  } catch {
    throw malformed({
      en: 'The query is not percent-encoded UTF-8. Write a percent sign as %25, and 张 as %E5%BC%A0, not in GBK (%D5%C5).',
      zh: '查询不是百分号编码的 UTF-8。百分号应写作 %25;“张”应写作 %E5%BC%A0,而不是 GBK 的 %D5%C5。',
    });
  }
  const pairs = [...new URLSearchParams(query)];
  const flawed = pairs.find(([name, value]) => name.includes('\0') || value.includes('\0'));
  if (flawed) {
    const name = flawed[0].replaceAll('\0', '');
    throw malformed(
      { en: `The query contains a NUL character, at '${name}'.`, zh: `查询在“${name}”处含有 NUL 字符。` },
      name || undefined,
    );
  }
  return pairs;
}
