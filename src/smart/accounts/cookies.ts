/** Cookies of the pages. Pure. */

/** The value of a cookie, when it is one of ours: random letters of base64url. */
export function cookieOf(cookies: string | undefined, name: string): string | undefined {
  return new RegExp(`(?:^|;\\s*)${name}=([\\w-]{20,128})(?:;|$)`).exec(cookies ?? '')?.[1];
}

/** `Set-Cookie`, out of reach of scripts and of other sites' forms; for as long as the browser is open unless said otherwise. */
export function setCookie(name: string, value: string, origin: string, maxAgeSeconds?: number): string {
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  const secure = origin.startsWith('https:') ? '; Secure' : '';
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}${age}`;
}
