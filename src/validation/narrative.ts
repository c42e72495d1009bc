/** Narrative XHTML (https://hl7.org/fhir/R4/narrative.html#xhtml), rules txt-1 and txt-2. */
import type { Text } from '../kernel/issue.ts';

const TAGS =
  'a|abbr|acronym|address|area|b|bdo|big|blockquote|br|caption|cite|code|col|colgroup|dd|del|dfn|div|dl|dt|em|h[1-6]|hr|i|img|ins|kbd|li|map|ol|p|pre|q|s|samp|small|span|strike|strong|sub|sup|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var';

// The expressions below take time in proportion to the text, whatever it is.

/** A tag that is none of HTML's text formatting. */
const FORBIDDEN_TAG = new RegExp(`</?(?!(?:${TAGS})\\b)([A-Za-z][\\w:-]*)`, 'i');
const EVENT_ATTRIBUTE = /<[^<>]*\s(on[a-z]+)\s*=/i;
const ACTIVE_ADDRESS = /\b(?:href|src)\s*=\s*(?:["']\s*)?(?:javascript|vbscript|data:text\/html)/i;
const CONTENT = /<img\b|>\s*[^\s<]/i;

/** What is wrong with the content of `Narrative.div`; undefined when it is right. */
export function narrativeFault(div: string): Text | undefined {
  const trimmed = div.trim();
  if (!/^<div[\s>]/.test(trimmed) || !trimmed.endsWith('</div>')) {
    return {
      en: 'The narrative must be one XHTML element: <div xmlns="http://www.w3.org/1999/xhtml">…</div>.',
      zh: '叙述文本必须是一个 XHTML 元素:<div xmlns="http://www.w3.org/1999/xhtml">…</div>。',
    };
  }
  const tag = FORBIDDEN_TAG.exec(trimmed)?.[1];
  if (tag) return formattingOnly(`<${tag}>`);
  const attribute = EVENT_ATTRIBUTE.exec(trimmed)?.[1];
  if (attribute) return formattingOnly(attribute);
  if (ACTIVE_ADDRESS.test(trimmed)) return formattingOnly('javascript:');
  if (CONTENT.test(trimmed)) return undefined;
  return {
    en: 'The narrative has no content; leave the text out or say something in it.',
    zh: '叙述文本没有内容;请填写内容或不要写 text。',
  };
}

function formattingOnly(what: string): Text {
  return {
    en: `The narrative contains ${what}; only HTML for formatting text, links and images is allowed.`,
    zh: `叙述文本含有 ${what};只允许用于文字格式、链接和图像的 HTML。`,
  };
}
