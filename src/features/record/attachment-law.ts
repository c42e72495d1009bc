/**
 * A Binary here is what the hash and the size of an attachment that leads to it say, whichever of the two is stored
 * first: whoever reads the document later can rely on it. That of data in the attachment itself is for validation.
 * https://hl7.org/fhir/R4/datatypes.html#Attachment
 */
import { isDeepStrictEqual } from 'node:util';
import type { Resource, WriteFacts } from '../../kernel/contribution.ts';
import { localReference } from '../../kernel/ids.ts';
import { type Issue, problem } from '../../kernel/issue.ts';
import type { Consequence, Scene, Workflow } from '../../kernel/workflow.ts';
import { featureToken } from '../../search/tokens.ts';
import { readCurrent, readVersion } from '../../store/read.ts';
import {
  type Attachment,
  checkedIn,
  keyOfContent,
  type Placed,
  placedIn,
  type Sum,
  sumOf,
  WITH_ATTACHMENTS,
  wrongIn,
} from './attachments.ts';

export const attachments: Workflow = {
  name: 'attachments',
  concerns: ({ type, before, after }) =>
    after !== undefined &&
    (type === 'Binary'
      ? before === undefined || !isDeepStrictEqual(contentOf(before), contentOf(after))
      : checkedIn(after).length > 0 &&
        !(isDeepStrictEqual(placedIn(before), placedIn(after)) && before?.status === after.status)),
  follow: (scene, facts) => (facts.type === 'Binary' ? arrived(scene, facts) : stated(scene, facts)),
};

const contentOf = ({ data, _data }: Resource) => [data, _data];

/** Of a document and its content that come at once, one waits for the other. */
function one(scene: Scene, binary: string): Promise<void> {
  return scene.alone(keyOfContent(binary));
}

async function stated(scene: Scene, { after }: WriteFacts): Promise<Consequence> {
  const issues: Issue[] = [];
  for (const placed of checkedIn(after)) {
    const is = await sumAt(scene, placed.attachment);
    if (is) issues.push(...contradictions(placed, is));
  }
  return { issues };
}

/** Of what the attachment leads to; undefined when that is not here (yet). */
async function sumAt(scene: Scene, { url }: Attachment): Promise<Sum | undefined> {
  const { ctx, db } = scene;
  const named = localReference(url ?? '', ctx.base);
  if (named?.type !== 'Binary') return undefined;
  const { id, version } = named;
  if (version === undefined) await one(scene, id);
  const stored =
    version === undefined
      ? await readCurrent(db, 'Binary', id)
      : await readVersion(db, 'Binary', id, Number(version));
  return stored?.content ? sumOf(JSON.parse(stored.content) as Resource) : undefined;
}

/**
 * A content that documents say something else of is not stored. Only those count that the caller sees: by others
 * anybody could keep an institution from storing what is its own.
 */
async function arrived(scene: Scene, { id, after }: WriteFacts): Promise<Consequence> {
  await one(scene, id);
  const is = sumOf(after!);
  const issues: Issue[] = [];
  for (const document of await documentsOf(scene, id)) {
    const name = `${document.resourceType}/${String(document.id)}`;
    const wrong = checkedIn(document)
      .filter(({ attachment }) => leadsTo(scene, attachment, id))
      .flatMap(({ attachment }) => wrongIn(attachment, is));
    if (wrong.length > 0 && (await scene.sees(name))) issues.push(contradicted(name));
  }
  return { issues };
}

function leadsTo({ ctx }: Scene, { url }: Attachment, id: string): boolean {
  const named = localReference(url ?? '', ctx.base);
  return named?.type === 'Binary' && named.id === id && named.version === undefined;
}

/** More documents of one content than this are looked at no further. */
const MOST = 100;

async function documentsOf({ db }: Scene, id: string): Promise<Resource[]> {
  const { rows } = await db.query<{ content: string }>({
    name: 'record.documentsOf',
    text: `select r.content from resource r where not r.deleted and r.key in (
  select t.key from unnest($1::text[]) u(text)
  cross join lateral (select key from token where hash = hashtextextended(u.text, 0) limit ${MOST}) t
)`,
    values: [WITH_ATTACHMENTS.map((type) => featureToken(type, keyOfContent(id)))],
  });
  return rows.map(({ content }) => JSON.parse(content) as Resource);
}

/** The right values are not told: the caller may not see the Binary. */
function contradictions({ at, attachment }: Placed, is: Sum): Issue[] {
  return wrongIn(attachment, is).map((element) =>
    problem(
      'value',
      element === 'hash'
        ? {
            en: `The hash is not that of the content: it is the SHA-1 of its bytes, in Base64 (28 characters). Check that the content is complete.`,
            zh: `哈希值与内容不符:应为内容字节的 SHA-1,以 Base64 表示(28 个字符)。请核对内容是否完整。`,
          }
        : {
            en: `The content does not have ${attachment.size} bytes: size is the number of its bytes, before Base64.`,
            zh: `内容的字节数不是 ${attachment.size}:size 为 Base64 编码之前的字节数。`,
          },
      { expression: `${at}.${element}`, rule: 'document-hash-contradicts' },
    ),
  );
}

function contradicted(name: string): Issue {
  return problem(
    'value',
    {
      en: `${name} states another hash or size of this content. Check that it is complete; a new content is a Binary of its own, or is sent in one transaction with the document that states it.`,
      zh: `${name} 声明的哈希值或大小与此内容不符。请核对内容是否完整;新内容应另存为新的 Binary,或与声明它的文档在同一 transaction 中提交。`,
    },
    { expression: 'Binary.data', rule: 'document-hash-contradicts' },
  );
}
