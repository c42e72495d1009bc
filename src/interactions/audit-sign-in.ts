/** Who signed in and out, and who tried: https://profiles.ihe.net/ITI/BALP/StructureDefinition-IHE.IUA.71.html */
import { noAccess } from '../access/decide.ts';
import { auditEntries } from '../audit/audit-entry.ts';
import type { Ctx } from '../kernel/ctx.ts';
import { newId } from '../kernel/ids.ts';
import type { Writer } from '../store/writer.ts';

export interface SignIn {
  /** A person signed in or out; an access token was given, or taken back. */
  readonly what: 'login' | 'logout' | 'token' | 'revocation';
  readonly client: { readonly id: string; readonly name: string; readonly organization?: string };
  /** Known once the person is who they say: `Practitioner/1`, and the name. */
  readonly person?: { readonly fhirUser: string; readonly name?: string };
  /** The account that was named, or tried. Never what was typed as a password. */
  readonly account?: string;
  /** By which grant: `refresh_token`. */
  readonly grant?: string;
  /** Id of the token that was issued. */
  readonly token?: string;
  /** Why not, when it was refused. */
  readonly refusal?: string;
  readonly address?: string;
  /** `X-Request-Id`, when the request has one. */
  readonly requestId?: string;
}

/** Resolves once the record is on disk. `base` is the FHIR base of this server. */
export async function auditSignIn(writer: Writer, base: string, facts: SignIn): Promise<void> {
  const { what, client, person, account, grant, token, refusal, address, requestId = newId() } = facts;
  const { id, name, organization } = client;
  const ctx: Ctx = {
    actor: {
      client: id,
      display: name,
      organization,
      fhirUser: person?.fhirUser,
      userName: person?.name,
      token,
    },
    access: noAccess(),
    now: new Date(),
    requestId,
    lang: 'en',
    address,
    base,
  };
  const said = Object.entries({ account, grant_type: grant }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  const query = said.length === 0 ? undefined : `${what}?${said.join('&')}`;
  await writer.write(auditEntries(ctx, { interaction: what, subjects: [], query, refusal }));
}
