/** Signing in and out with fhirclient, which each page loads before this module as the global `FHIR`. */
/* global FHIR */

const BASE = `${location.origin}/fhir`;

/**
 * A signed-in client; undefined when nobody has signed in yet. Throws when the server refused.
 * An app that an EHR launches (`iss` and `launch` in its address) goes on to the sign-in by itself.
 */
export async function session(app) {
  const query = new URLSearchParams(location.search);
  if (query.has('launch')) {
    // Whoever makes the link must not choose the server that the app believes.
    if (query.get('iss') !== BASE) throw new Error(`This app belongs to ${BASE}`);
    sessionStorage.clear();
    await authorize({ ...app, scope: `launch ${app.scope}` }, { launch: query.get('launch') });
    return undefined;
  }
  if (!query.has('state') && !sessionStorage.getItem('SMART_KEY')) return undefined;
  try {
    return await FHIR.oauth2.ready();
  } catch (error) {
    sessionStorage.clear();
    if (query.get('error')) {
      history.replaceState({}, '', location.pathname);
      throw new Error(query.get('error_description') ?? query.get('error'));
    }
    throw error;
  }
}

/** Standalone: the server asks who it is, and whose record. */
export function signIn(app) {
  return authorize({ ...app, scope: app.patient ? `launch/patient ${app.scope}` : app.scope }, {});
}

function authorize({ clientId, scope }, more) {
  return FHIR.oauth2.authorize({
    clientId,
    scope: `openid fhirUser online_access ${scope}`,
    iss: BASE,
    redirectUri: location.pathname,
    pkceMode: 'required',
    ...more,
  });
}

/** Ends the session at the server, which asks first; then back to this page. */
export async function signOut(client) {
  const { issuer } = await (await fetch(`${BASE}/.well-known/smart-configuration`)).json();
  const { end_session_endpoint } = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const query = new URLSearchParams({
    id_token_hint: client.state.tokenResponse.id_token,
    post_logout_redirect_uri: `${location.origin}${location.pathname}`,
  });
  sessionStorage.clear();
  location.assign(`${end_session_endpoint}?${query}`);
}
