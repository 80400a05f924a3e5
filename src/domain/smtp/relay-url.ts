/** What the URL of a relay says. */
export interface RelayEndpoint {
  /** `host:port` as in the URL, without user and password: for logs and records. */
  name: string;
  host: string;
  port: number;
  /** Whether TLS begins with the first byte (RFC 8314 §3.3). */
  isImplicitTls: boolean;
  /** Whether nothing is sent without TLS. */
  requiresTls: boolean;
  /** Whether the password may cross a network in clear text. */
  unsafeAllowsClearTextAuth: boolean;
  credentials: { user: string; password: string } | null;
}

/**
 * Reads `smtp://user:password@host:587?requireTLS=true` or `smtps://…`; user and password may be
 * percent-encoded (RFC 3986 §3.2.1). The port is 465 with smtps, else 587 (RFC 8314 §3.3, RFC
 * 6409).
 * @throws RangeError that says what was expected and contains nothing of the URL, which is secret.
 */
export function parseRelayUrl(text: string): RelayEndpoint {
  if (!/^smtps?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new RangeError('a URL that begins with smtp:// or smtps://');
  }
  const { protocol, host, hostname, port, username, password, searchParams } = new URL(text);
  if (hostname === '') throw new RangeError('a URL that names the relay');
  const isImplicitTls = protocol === 'smtps:';
  return {
    name: host,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isImplicitTls ? 465 : 587) : Number(port),
    isImplicitTls,
    ...parseRelayOptions(searchParams),
    credentials:
      username === ''
        ? null
        : { user: decodeCredential(username), password: decodeCredential(password) },
  };
}

const RELAY_URL_OPTIONS = ['requireTLS', 'unsafeClearTextAuth'];

/** A misspelt option is an error: ignoring it would be less safe than the operator believes. */
function parseRelayOptions(params: URLSearchParams) {
  for (const [name, value] of params) {
    if (!RELAY_URL_OPTIONS.includes(name) || !['true', 'false'].includes(value)) {
      throw new RangeError(
        `after the “?” only ${RELAY_URL_OPTIONS.join(' or ')}, each =true or =false`,
      );
    }
  }
  return {
    requiresTls: params.get('requireTLS') === 'true',
    unsafeAllowsClearTextAuth: params.get('unsafeClearTextAuth') === 'true',
  };
}

/** NUL separates the fields of AUTH PLAIN (RFC 4616 §2), so it is not allowed in them. */
function decodeCredential(encoded: string): string {
  try {
    const text = decodeURIComponent(encoded);
    if (!text.includes('\0')) return text;
  } catch {}
  throw new RangeError('user and password percent-encoded, without NUL');
}
