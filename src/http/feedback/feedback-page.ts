import { createLinks } from '../../domain/links/links.ts';
import { joinNames } from '../../domain/text/format.ts';
import { paperHref } from '../pages/hrefs.ts';
import { linkToPreferences, type PageLayouts } from '../pages/page-layout.ts';
import type {
  ExplicitVerb,
  FeedbackOptionsView,
  FeedbackView,
  MuteView,
} from './feedback-views.ts';

/** A button that posts to an address. */
interface ActionButton {
  action: string;
  text: string;
  /** For those who do not see what it stands under. */
  label: string;
}

/** A page with a paper or none, some sentences, and what can be pressed. */
interface ConfirmActionPage {
  title: string;
  paper: { title: string; href: string } | null;
  sentences: string[];
  button: ActionButton | null;
  /** Smaller than the press. */
  secondaryButtons: ActionButton[];
  links: { text: string; href: string }[];
}

/** Before the press what it means, after it what was learned, with a way to take it back. */
export function buildFeedbackPage(
  { token, verb, paper, state, terms }: FeedbackView,
  layouts: PageLayouts,
) {
  const links = createLinks(layouts.base);
  const copy = VERB_COPY[verb];
  const action = links.feedback(token, verb, paper.id);
  const actionButton = { action, text: copy.button, label: `${copy.button}: ${paper.title}` };
  const undoButton = {
    action: `${action}?back=1`,
    text: 'Take it back',
    label: `Take it back: ${paper.title}`,
  };
  const page = {
    paper: { title: paper.title, href: paperHref(layouts.base, paper.id) },
    button: state === 'asked' ? actionButton : null,
    links: [
      { text: 'More to say of this paper', href: links.feedback(token, 'options', paper.id) },
      ...(verb === 'save'
        ? [{ text: 'Saved papers', href: `${layouts.base}/saved/${token}` }]
        : []),
      { text: 'What Paperboy has learned about you', href: `${layouts.base}/learned/${token}` },
    ],
  };
  if (state === 'asked')
    return buildConfirmActionPage(layouts, token, {
      ...page,
      title: copy.button,
      sentences: [copy.promise],
      secondaryButtons: [],
    });
  if (state === 'said') {
    const sentences = [copy.done(describeTerms(verb, terms))];
    return buildConfirmActionPage(layouts, token, {
      ...page,
      title: copy.title,
      sentences,
      secondaryButtons: [undoButton],
    });
  }
  const sentences = ['It is as if you had not said it.'];
  const repeatButton = { ...actionButton, text: 'Say it again' };
  return buildConfirmActionPage(layouts, token, {
    ...page,
    title: 'Taken back',
    sentences,
    secondaryButtons: [repeatButton],
  });
}

/** The same for a topic. */
export function buildMutePage(
  { token, topic, state, wasFollowed }: MuteView,
  layouts: PageLayouts,
) {
  const { name, slug } = topic;
  const action = createLinks(layouts.base).muteTopic(token, slug);
  const actionButton = { action, text: `Mute ${name}`, label: `Mute ${name}` };
  const undoAction = `${action}?back=1${wasFollowed ? '&follow=1' : ''}`;
  const page = {
    paper: null,
    button: state === 'asked' ? actionButton : null,
    links: [{ text: 'Your delivery', href: `${layouts.base}/preferences/${token}#topics` }],
  };
  switch (state) {
    case 'asked':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: `Mute ${name}`,
        sentences: [
          `One press, and no paper on ${name} comes any more, however much it is talked about. Your words and names still bring theirs.`,
        ],
        secondaryButtons: [],
      });
    case 'said':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: `${name} is muted`,
        sentences: [
          `Its papers come no more, but those that say one of your words or are by one of your names.${wasFollowed ? ' You follow it no longer.' : ''}`,
        ],
        secondaryButtons: [
          { action: undoAction, text: 'Take it back', label: `Take it back: ${name}` },
        ],
      });
    case 'takenBack':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: 'Taken back',
        sentences: [`Papers on ${name} may come again.`],
        secondaryButtons: [{ ...actionButton, text: 'Mute it again' }],
      });
  }
}

/** Every press that a paper allows, on one page: the one link that the plain text of a mail has. */
export function buildFeedbackOptionsPage(
  { token, paper, topics, givenVerbs }: FeedbackOptionsView,
  layouts: PageLayouts,
) {
  const links = createLinks(layouts.base);
  const verbButtons = (['more', 'less', 'save'] as const).map((verb) => {
    const action = links.feedback(token, verb, paper.id);
    const { button, undo } = VERB_COPY[verb];
    const isGiven = givenVerbs.includes(verb);
    return isGiven
      ? { action: `${action}?back=1`, text: undo, label: `${undo}: ${paper.title}` }
      : { action, text: button, label: `${button}: ${paper.title}` };
  });
  const muteButtons = topics.map(({ slug, name, isMuted }) => {
    const action = links.muteTopic(token, slug);
    const text = isMuted ? `Unmute ${name}` : `Mute ${name}`;
    return { action: isMuted ? `${action}?back=1` : action, text, label: text };
  });
  return buildConfirmActionPage(layouts, token, {
    title: 'What do you say?',
    paper: { title: paper.title, href: paperHref(layouts.base, paper.id) },
    sentences: ['Each is one press, and each can be taken back.'],
    button: null,
    secondaryButtons: [...verbButtons, ...muteButtons],
    links: [
      { text: 'Saved papers', href: `${layouts.base}/saved/${token}` },
      { text: 'What Paperboy has learned about you', href: `${layouts.base}/learned/${token}` },
    ],
  });
}

function buildConfirmActionPage(layouts: PageLayouts, token: string, page: ConfirmActionPage) {
  return {
    layout: layouts.create({ title: page.title, action: linkToPreferences(layouts, token) }),
    ...page,
  };
}

/** `“mamba” and “state space”`: the terms that this pushed its way; empty for none. */
function describeTerms(verb: ExplicitVerb, terms: FeedbackView['terms']): string {
  const sign = verb === 'less' ? -1 : 1;
  const pushed = terms.filter(({ weight }) => weight * sign > 0).slice(0, MAX_TERMS);
  return joinNames(pushed.map(({ term }) => `“${term}”`));
}

const MAX_TERMS = 3;

const describePapersWith = (terms: string) =>
  terms === '' ? 'Papers like it' : `Papers that say ${terms}`;

const VERB_COPY = {
  more: {
    button: 'More like this',
    undo: 'Take back “More like this”',
    promise: 'One press, and papers like it move up in your mail.',
    title: 'More like this',
    done: (terms: string) => `Noted. ${describePapersWith(terms)} move up in your mail.`,
  },
  less: {
    button: 'Less like this',
    undo: 'Take back “Less like this”',
    promise: 'One press, and papers like it move down in your mail.',
    title: 'Less like this',
    done: (terms: string) => `Noted. ${describePapersWith(terms)} move down in your mail.`,
  },
  save: {
    button: 'Save this paper',
    undo: 'Take it off your list',
    promise: 'One press, and it stands on your list until you take it off.',
    title: 'Saved',
    done: (terms: string) =>
      `It stands on your list until you take it off. ${describePapersWith(terms)} move up in your mail.`,
  },
} as const;
