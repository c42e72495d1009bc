/**
 * Fetches clients' public keys (`jwks_uri`), the only addresses that the authorization server ever calls. An
 * administrator approved each; still, the call goes only where a county's systems can be, is short, small, follows no
 * redirect, and brings nothing of its own along.
 */
import { lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const TIMEOUT_MS = 2_500;
export const MAX_JWKS_BYTES = 64 * 1024;

/** Where nobody's keys are: addresses of this link (metadata services of clouds), of many, of nobody. */
const NOWHERE = new BlockList();
NOWHERE.addSubnet('0.0.0.0', 8, 'ipv4');
NOWHERE.addSubnet('169.254.0.0', 16, 'ipv4');
NOWHERE.addSubnet('224.0.0.0', 3, 'ipv4');
NOWHERE.addAddress('::', 'ipv6');
NOWHERE.addSubnet('fe80::', 10, 'ipv6');
NOWHERE.addSubnet('ff00::', 8, 'ipv6');
NOWHERE.addSubnet('fd00:ec2::', 32, 'ipv6');
// The first three again, as gateways translate IPv6 (RFC 6052 §2.1, RFC 3056 §2).
NOWHERE.addSubnet('64:ff9b::', 104, 'ipv6');
NOWHERE.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
NOWHERE.addSubnet('64:ff9b::e000:0', 99, 'ipv6');
NOWHERE.addSubnet('2002::', 24, 'ipv6');
NOWHERE.addSubnet('2002:a9fe::', 32, 'ipv6');
NOWHERE.addSubnet('2002:e000::', 19, 'ipv6');
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether keys may be published at this address: HTTPS, or this very machine. */
export function isKeysAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** A GET as `fetch` does it, of JSON. Throws an Error that says why not. */
export async function fetchKeys(address: string): Promise<Response> {
  if (!isKeysAddress(address)) throw new Error(`${address} is neither HTTPS nor loopback`);
  const url = new URL(address);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && isNowhere(host, url.protocol)) throw new Error(`${host} is no address of a client`);
  return new Promise((resolve, reject) => {
    const asked = request(
      url,
      {
        headers: { accept: 'application/json' },
        lookup: lookupFor(url.protocol),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        agent: false,
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_JWKS_BYTES) asked.destroy(new Error(`more than ${MAX_JWKS_BYTES} bytes of keys`));
          else chunks.push(chunk);
        });
        answer.on('error', reject);
        answer.on('end', () => {
          const status = answer.statusCode ?? 0;
          // Only the two headers that say how long the keys may be kept.
          const headers = new Headers();
          for (const name of ['expires', 'cache-control']) {
            const value = answer.headers[name];
            if (typeof value === 'string') headers.set(name, value);
          }
          if (status !== 200) reject(new Error(`the keys were answered with ${status}`));
          else resolve(new Response(Buffer.concat(chunks), { status, headers }));
        });
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** Looks the name up once, and connects to what was looked at. */
function lookupFor(protocol: string): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const bad = addresses.find(({ address }) => isNowhere(address, protocol));
      const [first] = addresses;
      if (bad || !first) {
        return callback(new Error(`${hostname} is no address of a client`) as NodeJS.ErrnoException, '', 0);
      }
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

function isNowhere(address: string, protocol: string): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (NOWHERE.check(address, family)) return true;
  // Without TLS nothing proves who answers, so it must be this machine.
  return protocol === 'http:' && !LOOPBACK.check(address, family);
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
