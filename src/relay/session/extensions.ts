import type { RawSmtpReply } from './reply-parser.ts';

/** The extensions of SMTP that a relay offers. */
export interface SmtpExtensions {
  /** RFC 2920. */
  hasPipelining: boolean;
  /** RFC 3207. */
  hasStartTls: boolean;
  /** RFC 6152. */
  has8BitMime: boolean;
  /** RFC 6531. */
  hasSmtpUtf8: boolean;
  /** Whether MAIL FROM takes the size of the message (RFC 1870). */
  hasSize: boolean;
  /** In bytes; 0 for none. */
  maxSizeBytes: number;
  /** In capitals (RFC 4954). */
  authMechanisms: readonly string[];
}

/** For a relay that accepts only HELO. */
export const NO_EXTENSIONS: SmtpExtensions = {
  hasPipelining: false,
  hasStartTls: false,
  has8BitMime: false,
  hasSmtpUtf8: false,
  hasSize: false,
  maxSizeBytes: 0,
  authMechanisms: [],
};

/** Parses the reply to EHLO (RFC 5321 §4.1.1.1). `AUTH=` is the form before RFC 2554. */
export function parseEhloReply({ text }: RawSmtpReply): SmtpExtensions {
  const offered = new Map<string, string[]>();
  for (const line of text.split('\n').slice(1)) {
    const [keyword = '', ...parameters] = line.slice(4).trim().toUpperCase().split(/[ =]+/);
    offered.set(keyword, [...(offered.get(keyword) ?? []), ...parameters]);
  }
  const maxSizeBytes = Number(offered.get('SIZE')?.[0] ?? 0);
  return {
    hasPipelining: offered.has('PIPELINING'),
    hasStartTls: offered.has('STARTTLS'),
    has8BitMime: offered.has('8BITMIME'),
    hasSmtpUtf8: offered.has('SMTPUTF8'),
    hasSize: offered.has('SIZE'),
    maxSizeBytes: Number.isSafeInteger(maxSizeBytes) && maxSizeBytes > 0 ? maxSizeBytes : 0,
    authMechanisms: offered.get('AUTH') ?? [],
  };
}
