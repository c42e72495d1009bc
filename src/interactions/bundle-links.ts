/**
 * References that only a Bundle gives a meaning: to the fullUrl of an entry.
 * https://hl7.org/fhir/R4/bundle.html#references, https://hl7.org/fhir/R4/http.html#brules
 */
import { type FhirError, unprocessable } from '../kernel/fhir-error.ts';
import { type Issue, problem } from '../kernel/issue.ts';
import type { Body } from './engine.ts';

/** Names that nothing outside a Bundle goes by. */
const NAME_IN_BUNDLE = /^urn:(?:uuid|oid):/;

/**
 * The error of references of a transaction's entry to uuids and oids that no entry has, so that nothing would ever be
 * found there; undefined without any. `before`: the version there was, whose references stay as they are.
 */
export function deadLinks(
  body: Body,
  byFullUrl: ReadonlyMap<string, unknown>,
  before: string | null | undefined,
): FhirError | undefined {
  if (!body.text.includes('urn:')) return undefined;
  const issues: Issue[] = [];
  eachReference(body.resource, body.resource.resourceType, (link, expression) => {
    const [name = ''] = link.split(/#|\/_history\//, 1);
    if (!NAME_IN_BUNDLE.test(link) || byFullUrl.has(name) || before?.includes(`"${link}"`)) return;
    issues.push(
      problem(
        'not-found',
        {
          en: `No entry of the Bundle has the fullUrl '${name}'. Send that resource in the same transaction, or refer to it by Type/id or by a condition.`,
          zh: `Bundle 中没有 fullUrl 为“${name}”的条目。请在同一事务中提交该资源,或以“类型/id”或条件引用它。`,
        },
        { expression, rule: 'reference-missing' },
      ),
    );
  });
  return issues.length > 0 ? unprocessable(issues) : undefined;
}

/** The error of references of a batch's entry to other entries, none of which may depend on another. */
export function linksBetween(
  body: Body | undefined,
  own: string | undefined,
  others: ReadonlySet<string>,
): FhirError | undefined {
  if (!body || others.size === 0) return undefined;
  const issues: Issue[] = [];
  eachReference(body.resource, body.resource.resourceType, (link, expression) => {
    if (link === own || !NAME_IN_BUNDLE.test(link) || !others.has(link)) return;
    issues.push(
      problem(
        'value',
        {
          en: `'${link}' is another entry, and entries of a batch may not refer to one another. Send both as a transaction.`,
          zh: `“${link}”是另一个条目,而 batch 的条目之间不得相互引用。请以 transaction 提交。`,
        },
        { expression, rule: 'reference-missing' },
      ),
    );
  });
  return issues.length > 0 ? unprocessable(issues) : undefined;
}

/** Each `Reference.reference` of a resource, with its path. Those inside a Bundle are that Bundle's. */
function eachReference(value: unknown, path: string, visit: (link: string, path: string) => void): void {
  if (Array.isArray(value)) {
    value.forEach((one, i) => {
      eachReference(one, `${path}[${i}]`, visit);
    });
  } else if (typeof value === 'object' && value !== null) {
    if ((value as { resourceType?: unknown }).resourceType === 'Bundle') return;
    for (const [name, child] of Object.entries(value)) {
      if (name === 'reference' && typeof child === 'string') visit(child, `${path}.reference`);
      else if (typeof child === 'object') eachReference(child, `${path}.${name}`, visit);
    }
  }
}
