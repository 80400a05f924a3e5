import { BLOCK_LIST_RULES, NAMED_BLOCK_LIST_RULES } from './reply-rules/block-lists.ts';
import { PROVIDER_RULES } from './reply-rules/providers.ts';
import type { ReplyRule } from './reply-rules/rule.ts';
import { SERVER_RULES } from './reply-rules/servers.ts';
import { BASIC_CODE_RULES, ENHANCED_CODE_RULES } from './reply-rules/status-codes.ts';

export type { ReplyBlame, ReplyRule } from './reply-rules/rule.ts';

/** RFC 5321 §4.2.1. Checked first, since it matches nearly every reply. */
export const ACCEPTED_RULE: ReplyRule = {
  name: 'accepted',
  source: 'RFC 5321 §4.2.1',
  example: '250 2.0.0 Ok: queued as 4F2A',
  codeClass: 2,
  blames: 'nobody',
};

/**
 * The meaning of replies; the first rule that matches counts. Texts come before codes, since a
 * provider's own sentence says more than its code, and rules for one provider come before general
 * ones.
 */
export const REPLY_RULES: readonly ReplyRule[] = [
  ACCEPTED_RULE,
  ...NAMED_BLOCK_LIST_RULES,
  ...PROVIDER_RULES,
  ...BLOCK_LIST_RULES,
  ...SERVER_RULES,
  ...ENHANCED_CODE_RULES,
  ...BASIC_CODE_RULES,
];

/** The rule for a reply. Its text must be without addresses, whose words mean nothing. */
export function findReplyRule(reply: {
  code: number;
  enhanced: string | null;
  text: string;
}): ReplyRule {
  if (matchesRule(ACCEPTED_RULE, reply)) return ACCEPTED_RULE;
  const rule = REPLY_RULES.find((each) => matchesRule(each, reply));
  if (rule === undefined) throw new Error('The last reply rule must match every reply.');
  return rule;
}

function matchesRule(
  rule: ReplyRule,
  { code, enhanced, text }: { code: number; enhanced: string | null; text: string },
): boolean {
  return (
    (rule.codeClass === undefined || rule.codeClass === Math.floor(code / 100)) &&
    (rule.codes === undefined || rule.codes.includes(code)) &&
    (rule.enhanced === undefined || rule.enhanced.test(enhanced ?? '')) &&
    (rule.text === undefined || rule.text.test(text))
  );
}
