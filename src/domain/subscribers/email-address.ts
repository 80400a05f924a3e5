import { domainToASCII } from 'node:url';
import isEmail from 'validator/lib/isEmail.js';
import { PaperboyError } from '../errors.ts';
import { truncate } from '../text/truncate.ts';

/** An address as it is mailed, and the key that identifies it. */
export interface EmailAddress {
  /** Local part as given, domain in lower case and A-labels. */
  email: string;
  /** `email` in lower case: no provider in use distinguishes `Ada@` from `ada@`. */
  key: string;
}

const MAX_LENGTH = 254; // RFC 5321 §4.5.3.1.3, less the angle brackets
const MAX_LOCAL_LENGTH = 64; // RFC 5321 §4.5.3.1.1
const MAX_LABEL_LENGTH = 63; // RFC 1035 §2.3.4

const NOT_AN_ADDRESS = 'is not an email address: expected something like ada@example.org.';

/** Control and format characters are invisible, so two addresses could look the same. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;

/** Characters that end or escape a host in addresses and URLs. */
const FORBIDDEN_IN_DOMAIN = /[\s@<>()[\]\\,;:"/?#%]/;

/**
 * Normalises an address as typed: white space around it is removed, the text is NFC, and the domain
 * is in lower case and A-labels (RFC 5891).
 * @throws PaperboyError `INVALID_EMAIL` that names the value and its problem. A local part outside
 * ASCII is refused, since it would need SMTPUTF8 at every relay on the way (RFC 6531). A quoted one
 * is refused as in HTML forms: it could spell one mailbox in many ways and so bypass a suppression.
 */
export function normaliseAddress(input: string): EmailAddress {
  const text = input.trim().normalize('NFC');
  if (text === '') throwInvalidEmail('An email address is needed, such as ada@example.org.');
  const shown = quoteForMessage(text);
  if (INVISIBLE.test(text)) throwInvalidEmail(`${shown} contains an invisible character.`);
  const [, local = '', typedDomain = ''] = /^([^"]+)@([^@]+)$/.exec(text) ?? [];
  if (local === '' || FORBIDDEN_IN_DOMAIN.test(typedDomain))
    throwInvalidEmail(`${shown} ${NOT_AN_ADDRESS}`);
  const domain = domainToASCII(typedDomain).toLowerCase();
  if (domain === '') throwInvalidEmail(`${shown} has a domain that does not exist as a name.`);
  if (!domain.includes('.')) throwInvalidEmail(`${shown} lacks the part after the dot.`);
  if (/[^\x20-\x7e]/.test(local)) {
    throwInvalidEmail(
      `${shown} has letters before the @ that not every mail server takes: expected ASCII.`,
    );
  }
  const email = `${local}@${domain}`;
  checkLengths(shown, { local, domain, email });
  if (!isEmail.default(email, { allow_utf8_local_part: false, ignore_max_length: true })) {
    throwInvalidEmail(`${shown} ${NOT_AN_ADDRESS}`);
  }
  return { email, key: email.toLowerCase() };
}

/** The part of an address after its last @, in lower case. */
export function extractDomain(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function checkLengths(
  shown: string,
  { local, domain, email }: { local: string; domain: string; email: string },
): void {
  if (local.length > MAX_LOCAL_LENGTH || email.length > MAX_LENGTH) {
    throwInvalidEmail(
      `${shown} is too long: at most ${MAX_LOCAL_LENGTH} characters before the @ and ${MAX_LENGTH} in all.`,
    );
  }
  if (domain.split('.').some((label) => label.length > MAX_LABEL_LENGTH)) {
    throwInvalidEmail(
      `${shown} is too long: at most ${MAX_LABEL_LENGTH} characters between two dots.`,
    );
  }
}

function quoteForMessage(text: string): string {
  return `“${truncate(text, 80).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu, '�')}”`;
}

function throwInvalidEmail(message: string): never {
  throw new PaperboyError('INVALID_EMAIL', message);
}
