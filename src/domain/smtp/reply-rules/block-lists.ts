import type { ReplyRule } from './rule.ts';

const CLIENT_BLOCKED_PREFIX =
  '554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using';

/** Block lists that many servers use, recognised by the links in their replies. */
export const NAMED_BLOCK_LIST_RULES: readonly ReplyRule[] = [
  {
    name: 'spamhaus',
    source: 'https://check.spamhaus.org/',
    example: `${CLIENT_BLOCKED_PREFIX} zen.spamhaus.org; https://check.spamhaus.org/query/ip/192.0.2.7`,
    text: /\bspamhaus\b/i,
    blames: 'sender',
  },
  {
    name: 'barracuda',
    source: 'https://www.barracudacentral.org/lookups',
    example: `${CLIENT_BLOCKED_PREFIX} b.barracudacentral.org; http://www.barracudanetworks.com/reputation/?pr=1&ip=192.0.2.7`,
    text: /\bbarracuda(?:central|networks)\b/i,
    blames: 'sender',
  },
  {
    name: 'spamcop',
    source: 'https://www.spamcop.net/bl.shtml',
    example: `${CLIENT_BLOCKED_PREFIX} bl.spamcop.net; Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.7`,
    text: /\bspamcop\b/i,
    blames: 'sender',
  },
  {
    name: 'proofpoint',
    source: 'https://ipcheck.proofpoint.com/',
    example: '554 5.7.0 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7',
    text: /\bproofpoint\b/i,
    blames: 'sender',
  },
  {
    name: 'cloudmark',
    source: 'https://csi.cloudmark.com/reset-request/',
    example: '554 Blocked: see https://csi.cloudmark.com/reset-request/?ip=192.0.2.7',
    text: /\bcloudmark\b/i,
    blames: 'sender',
  },
];

/** Any other block list. */
export const BLOCK_LIST_RULES: readonly ReplyRule[] = [
  {
    name: 'dns-block-list',
    source: 'https://www.postfix.org/postconf.5.html#default_rbl_reply',
    example: `${CLIENT_BLOCKED_PREFIX} dnsbl.example.net`,
    text: /\bblocked using [\w-]+\.|\b(?:dnsbl|rbl)\b/i,
    blames: 'sender',
  },
  {
    name: 'block-list',
    source: 'RFC 6471 §1',
    example: '550 Your server 192.0.2.7 is on our blacklist',
    text: /\b(?:black|block|deny)[- ]?list/i,
    blames: 'sender',
  },
];
