import { type ReplyRule, UNINFORMATIVE_ENHANCED_CODE } from './rule.ts';

const GOOGLE = 'https://support.google.com/a/answer/3726730';
const EXCHANGE_ONLINE =
  'https://learn.microsoft.com/en-us/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online';
const OUTLOOK = 'https://sendersupport.olc.protection.outlook.com/pm/troubleshooting.aspx';
const YAHOO = 'https://senders.yahooinc.com/smtp-error-codes/';
const APPLE = 'https://support.apple.com/en-us/102322';

/** Replies of the large mailbox providers. */
export const PROVIDER_RULES: readonly ReplyRule[] = [
  {
    name: 'gmail-unusual-rate',
    source: GOOGLE,
    example:
      '421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address. To protect our users from spam, mail sent from your IP address has been temporarily rate limited. - gsmtp',
    text: /unusual rate of unsolicited mail/i,
    blames: 'sender',
    slowsDomain: true,
  },
  {
    name: 'gmail-unsolicited',
    source: GOOGLE,
    example:
      '550 5.7.1 [192.0.2.7 12] Our system has detected that this message is likely unsolicited mail. To reduce the amount of spam sent to Gmail, this message has been blocked. - gsmtp',
    text: /message is likely (?:unsolicited|suspicious)/i,
    blames: 'sender',
  },
  {
    name: 'gmail-unauthenticated',
    source: GOOGLE,
    example:
      '550 5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM. - gsmtp',
    text: /\bunauthenticated\b/i,
    blames: 'sender',
  },
  {
    // Also with 5.2.1, which otherwise means a closed mailbox. This one is only busy.
    name: 'gmail-receiving-rate',
    source: GOOGLE,
    example:
      '550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered. - gsmtp',
    text: /receiving mail (?:too quickly|at a rate)/i,
    blames: 'receiver',
  },
  {
    name: 'gmail-sending-limit',
    source: GOOGLE,
    example: '550 5.4.5 Daily SMTP relay limit exceeded for customer. - gsmtp',
    text: /(?:smtp relay|user sending) (?:limit|quota) exceeded/i,
    blames: 'relay',
  },
  {
    name: 'outlook-block-list',
    source: OUTLOOK,
    example:
      "550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
    text: /is on our block list|\((?:S31[45]0|OU-00\d|SC-00\d)\)/i,
    blames: 'sender',
  },
  {
    name: 'outlook-rate',
    source: OUTLOOK,
    example:
      '451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation. (S775)',
    text: /temporarily rate limited|exceeded the rate limit allowed/i,
    blames: 'sender',
    slowsDomain: true,
  },
  {
    name: 'outlook-requirements',
    source: OUTLOOK,
    example:
      '550 5.7.515 Access denied, sending domain EXAMPLE.ORG does not meet the required authentication level.',
    text: /required authentication level/i,
    blames: 'sender',
  },
  {
    name: 'microsoft-banned-address',
    source: EXCHANGE_ONLINE,
    example: '550 5.7.606 Access denied, banned sending IP [192.0.2.7].',
    text: /banned (?:sending IP|sender)/i,
    blames: 'sender',
  },
  {
    name: 'microsoft-sending-limit',
    source: EXCHANGE_ONLINE,
    example: '550 5.7.705 Access denied, tenant has exceeded threshold.',
    enhanced: /^5\.(?:7\.7(?:05|08|50)|1\.90)$/,
    blames: 'relay',
  },
  {
    name: 'microsoft-unknown-recipient',
    source: EXCHANGE_ONLINE,
    example: '550 5.4.1 Recipient address rejected: Access denied. AS(201806281)',
    enhanced: /^5\.4\.1$/,
    text: /recipient address rejected: access denied/i,
    blames: 'recipient',
  },
  {
    name: 'microsoft-busy-mailbox',
    source: EXCHANGE_ONLINE,
    example: '432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded',
    text: /recipient thread limit exceeded/i,
    blames: 'receiver',
  },
  {
    name: 'microsoft-not-signed-in',
    source: EXCHANGE_ONLINE,
    example: '530 5.7.57 Client not authenticated to send mail. [AM6PR0732BE0065.outlook.com]',
    text: /not authenticated to send (?:anonymous )?mail/i,
    blames: 'relay',
  },
  {
    name: 'yahoo-deferred',
    source: YAHOO,
    example:
      '421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.yahooinc.com/error-codes',
    text: /\[TSS?\d\d\]|(?:unexpected volume or|due to) user complaints/i,
    blames: 'sender',
    slowsDomain: true,
  },
  {
    name: 'yahoo-policy',
    source: YAHOO,
    example:
      '554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes',
    text: /not (?:accepted|allowed) for policy reasons|message not allowed - \[/i,
    blames: 'sender',
  },
  {
    name: 'yahoo-mailbox-disabled',
    source: YAHOO,
    example:
      '554 30 Sorry, your message to ada@yahoo.com cannot be delivered. This mailbox is disabled (554.30).',
    enhanced: UNINFORMATIVE_ENHANCED_CODE,
    text: /mailbox is disabled/i,
    blames: 'recipient',
  },
  {
    name: 'apple-policy',
    source: APPLE,
    example:
      '550 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137',
    text: /\[(?:CS|HM)\d\d\]|rejected due to local policy/i,
    blames: 'sender',
  },
  {
    name: 'apple-volume',
    source: APPLE,
    example:
      '421 4.7.1 Messages to ada@icloud.com deferred due to excessive volume. Try again later - https://support.apple.com/en-us/HT204137',
    text: /deferred due to excessive volume/i,
    blames: 'sender',
    slowsDomain: true,
  },
];
