import type { DigestKind } from '../../domain/digests/digest.ts';
import type { Reason, ReasonMatch } from '../../domain/ranking/reason.ts';
import { joinNames, spellNumber } from './format.ts';

interface ReasonContext {
  digestKind: DigestKind;
  /** Names of topics by slug; a slug without a name is shown as it is. */
  topicNames: ReadonlyMap<string, string>;
}

/** A reason in one or two sentences, for mails, pages and feeds. */
export function describeReason(reason: Reason, context: ReasonContext): string {
  const period = context.digestKind === 'weekly' ? 'this week' : 'today';
  if (reason.kind === 'leading')
    return `The most discussed of ${spellNumber(reason.paperCount)} papers on ${nameTopic(reason.topic, context)}, which you follow.`;
  if (reason.kind === 'meeting')
    return `On ${nameTopic(reason.topic, context)}, which you follow, and on ${nameTopic(reason.otherTopic, context)}.`;
  const { match } = reason;
  const { plain, subject, reworded } = describeMatch(match, context);
  switch (reason.kind) {
    case 'undiscussed':
      return `Nobody has said a word about it yet. ${describeDarkHorse(match, context)}`;
    case 'littleNoticed':
      return `Few have noticed it yet. ${describeDarkHorse(match, context)}`;
    case 'mostDiscussed':
      return `The most discussed paper ${period}${describeMostDiscussed(match, context)}.`;
    case 'muchDiscussed':
      return subject === ''
        ? `Among the most discussed papers ${period}.`
        : toSentence(`${subject}, and among the most discussed papers ${period}`);
    case 'code':
      return joinRemark(subject, 'its code is out');
    case 'keyResult':
      return joinRemark(subject, `it reports ${reason.keyResult}`);
    case 'noticed':
      return joinRemark(subject, 'readers have noticed it');
    case 'match':
      return plain;
    case 'matchReworded':
      return reworded;
  }
}

interface MatchWording {
  /** A sentence of its own. */
  plain: string;
  /** The beginning of a sentence that ends with a remark on the paper. */
  subject: string;
  /** Another sentence with the same meaning. */
  reworded: string;
}

function describeMatch(match: ReasonMatch, context: ReasonContext): MatchWording {
  switch (match.kind) {
    case 'author':
      return wordMatch(
        `by ${match.name}, whom you follow`,
        `by ${match.name}, one of the names you follow`,
      );
    case 'organisation':
      return wordMatch(
        `from ${match.name}, which you follow`,
        `from ${match.name}, one of the names you follow`,
      );
    case 'keywords':
      return wordMatch(
        `it mentions ${describeKeywords(match.keywords)}`,
        `you asked for ${quoteTerms(match.keywords)}`,
      );
    case 'learnedTerms':
      return wordMatch(
        `you liked papers on ${quoteTerms(match.terms)}`,
        `similar to papers you liked: ${quoteTerms(match.terms)}`,
      );
    case 'topics': {
      const topics = joinNames(match.topics.map((slug) => nameTopic(slug, context)));
      return {
        plain: `Because you follow ${topics}.`,
        subject: `on ${topics}, which you follow`,
        reworded: `On ${topics}, which you follow.`,
      };
    }
    case 'otherTopic': {
      const topic = nameTopic(match.topic, context);
      return {
        plain: `From ${describePapersOfPeriod(context)} on ${topic}.`,
        subject: `on ${topic}`,
        reworded: `On ${topic}.`,
      };
    }
    case 'none': {
      const plain = `From ${describePapersOfPeriod(context)}.`;
      return { plain, subject: '', reworded: plain };
    }
  }
}

function wordMatch(subject: string, reworded: string): MatchWording {
  return { plain: toSentence(subject), subject, reworded: toSentence(reworded) };
}

/** How a paper that few have noticed matches the preferences. */
function describeDarkHorse(match: ReasonMatch, context: ReasonContext): string {
  if (match.kind === 'topics')
    return `It is close to ${nameFirstTopic(match.topics, context)}, which you follow.`;
  if (match.kind === 'author' || match.kind === 'organisation')
    return `It is ${describeMatch(match, context).subject}.`;
  return describeMatch(match, context).plain;
}

/** How the most discussed paper matches the preferences; empty when it does not. */
function describeMostDiscussed(match: ReasonMatch, context: ReasonContext): string {
  switch (match.kind) {
    case 'author':
    case 'organisation':
      return `, and it is ${describeMatch(match, context).subject}`;
    case 'keywords':
      return `, and it mentions ${describeKeywords(match.keywords.slice(0, 1))}`;
    case 'learnedTerms':
      return `, and ${describeMatch(match, context).subject}`;
    case 'topics':
      return `, and it is on ${nameFirstTopic(match.topics, context)}, which you follow`;
    default:
      return '';
  }
}

function joinRemark(subject: string, remark: string): string {
  return subject === '' ? toSentence(remark) : `${toSentence(subject)} ${toSentence(remark)}`;
}

/** `“a”, one of your keywords` or `“a” and “b”, two of your keywords`. */
function describeKeywords(keywords: readonly string[]): string {
  return `${quoteTerms(keywords)}, ${spellNumber(keywords.length)} of your keywords`;
}

function quoteTerms(terms: readonly string[]): string {
  return joinNames(terms.map((term) => `“${term}”`));
}

function nameTopic(slug: string, { topicNames }: ReasonContext): string {
  return topicNames.get(slug) ?? slug;
}

function nameFirstTopic([slug = '']: readonly string[], context: ReasonContext): string {
  return nameTopic(slug, context);
}

function describePapersOfPeriod({ digestKind }: ReasonContext): string {
  return digestKind === 'weekly' ? 'this week’s papers' : 'today’s papers';
}

function toSentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
