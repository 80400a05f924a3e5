import { type ReplyRule, UNINFORMATIVE_ENHANCED_CODE } from './rule.ts';

const POSTFIX = 'https://www.postfix.org/postconf.5.html';
const EXIM = 'https://www.exim.org/exim-html-current/doc/html/spec_html';

/** Default replies of mail servers: Postfix, Exim, Sendmail, Exchange and filters. */
export const SERVER_RULES: readonly ReplyRule[] = [
  {
    name: 'relaying-denied',
    source: `${POSTFIX}#reject_unauth_destination`,
    example: '554 5.7.1 <ada@example.org>: Relay access denied',
    text: /\brelay(?:ing)? (?:access )?(?:denied|not permitted|not allowed|prohibited)|unable to relay/i,
    blames: 'relay',
  },
  {
    name: 'greylisted',
    source: 'RFC 6647 §2',
    example:
      '450 4.2.0 <ada@example.org>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.org.html',
    codeClass: 4,
    text: /\bgr[ea]y[- ]?list/i,
    blames: 'nobody',
  },
  {
    name: 'rate-limited',
    source: `${POSTFIX}#smtpd_client_message_rate_limit`,
    example: '450 4.7.1 Error: too much mail from 192.0.2.7',
    text: /too much mail|too many (?:connections|messages|mails|concurrent)|\brate[- ]limit|\bthrottl|sending (?:mail )?too (?:fast|quickly)/i,
    blames: 'sender',
    slowsDomain: true,
  },
  {
    name: 'dmarc',
    source: 'RFC 9989',
    example: '550 5.7.1 Email rejected per DMARC policy for example.org',
    text: /\bDMARC\b/i,
    blames: 'sender',
  },
  {
    name: 'reverse-dns',
    source: `${POSTFIX}#reject_unknown_client_hostname`,
    example: '450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]',
    text: /cannot find your (?:reverse )?hostname|\breverse DNS\b|\bPTR record/i,
    blames: 'sender',
  },
  {
    name: 'sender-refused',
    source: `${EXIM}/ch-access_control_lists.html`,
    example: '550 Sender verify failed',
    text: /\bsender (?:verify failed|verification failed|address rejected|denied)/i,
    blames: 'sender',
  },
  {
    name: 'too-large',
    source: `${EXIM}/ch-main_configuration.html`,
    example: '552 Message size exceeds maximum permitted',
    text: /message (?:is )?too (?:large|big)|message (?:file )?(?:size )?exceeds/i,
    blames: 'message',
  },
  {
    name: 'spam-or-virus',
    source: 'https://docs.rspamd.com/configuration/metrics/',
    example: '554 5.7.1 Spam message rejected',
    codeClass: 5,
    text: /\bspam\b|\bspamassassin\b|\bvirus\b|\bmalware\b|\bphishing\b/i,
    blames: 'message',
  },
  {
    name: 'full-mailbox-words',
    source: 'https://doc.dovecot.org/main/core/plugins/quota.html',
    example: '452 <ada@example.org>: Mailbox is full',
    enhanced: UNINFORMATIVE_ENHANCED_CODE,
    text: /mailbox (?:is )?full|(?:over|exceeded) (?:the |its |his |her )?(?:storage )?quota|quota exceeded|out of storage/i,
    blames: 'recipient',
  },
  {
    name: 'unknown-user-words',
    source: `${EXIM}/ch-access_control_lists.html`,
    example: '550 Unrouteable address',
    codeClass: 5,
    enhanced: UNINFORMATIVE_ENHANCED_CODE,
    text: /unrout?eable address|user (?:is )?unknown|unknown (?:user|recipient|mailbox)|no such (?:user|recipient|mailbox|person|address)|no mailbox here|RecipNotFound|(?:user|mailbox|recipient|address) (?:was )?(?:not found|does not exist|doesn't exist)/i,
    blames: 'recipient',
  },
];
