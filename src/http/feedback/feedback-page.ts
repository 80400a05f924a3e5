import { joinNames } from '../../copy/en/format.ts';
import { FEEDBACK_COPY } from '../../copy/en/pages/feedback.ts';
import { LAYOUT_COPY } from '../../copy/en/pages/layout.ts';
import { LEARNED_COPY } from '../../copy/en/pages/learned.ts';
import { SAVED_COPY } from '../../copy/en/pages/saved.ts';
import { createLinks } from '../../domain/links/links.ts';
import { paperHref } from '../pages/hrefs.ts';
import { linkToPreferences, type NavLink, type PageLayouts } from '../pages/page-layout.ts';
import type {
  ExplicitVerb,
  FeedbackOptionsView,
  FeedbackView,
  MuteView,
  PaperTitle,
} from './feedback-views.ts';

/** A button that posts to an address. */
interface ActionButton {
  action: string;
  text: string;
  /** Its accessible name: several buttons may have the same text. */
  label: string;
}

/** A page with at most one paper, some sentences and buttons. */
interface ConfirmActionPage {
  title: string;
  paper: { title: string; href: string } | null;
  sentences: string[];
  button: ActionButton | null;
  secondaryButtons: ActionButton[];
  links: NavLink[];
}

/** Before the click what it does; after it the result and a button that undoes it. */
export function buildFeedbackPage(view: FeedbackView, layouts: PageLayouts) {
  const { token, verb, paper, state } = view;
  const links = createLinks(layouts.base);
  const copy = FEEDBACK_COPY.verbs[verb];
  const action = links.feedback(token, verb, paper.id);
  const buttonFor = (text: string, path: string) => createButton(path, text, paper.title);
  const page = {
    paper: linkToPaper(paper, layouts),
    button: null,
    secondaryButtons: [],
    links: [
      { text: FEEDBACK_COPY.moreOptions, href: links.feedback(token, 'options', paper.id) },
      ...(verb === 'save' ? [linkToSaved(token, layouts)] : []),
      linkToLearned(token, layouts),
    ],
  };
  switch (state) {
    case 'unconfirmed':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: copy.button,
        sentences: [copy.promise],
        button: buttonFor(copy.button, action),
      });
    case 'given':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: copy.title,
        sentences: [copy.done(describeTerms(verb, view.terms))],
        secondaryButtons: [buttonFor(FEEDBACK_COPY.undo, `${action}?back=1`)],
      });
    case 'undone':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: FEEDBACK_COPY.undone.title,
        sentences: [FEEDBACK_COPY.undone.sentence],
        secondaryButtons: [buttonFor(FEEDBACK_COPY.redo, action)],
      });
  }
}

/** The same for a topic that is muted. */
export function buildMutePage(
  { token, topic, state, wasFollowed }: MuteView,
  layouts: PageLayouts,
) {
  const { name, slug } = topic;
  const copy = FEEDBACK_COPY.mute;
  const action = createLinks(layouts.base).muteTopic(token, slug);
  const undoAction = `${action}?back=1${wasFollowed ? '&follow=1' : ''}`;
  const title = copy.button(name);
  const page = {
    paper: null,
    button: null,
    secondaryButtons: [],
    links: [{ text: LAYOUT_COPY.settings, href: `${layouts.base}/preferences/${token}#topics` }],
  };
  switch (state) {
    case 'unconfirmed':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title,
        sentences: [copy.promise(name)],
        button: { action, text: title, label: title },
      });
    case 'given':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: copy.muted.title(name),
        sentences: [
          [copy.muted.sentence, ...(wasFollowed ? [copy.muted.unfollowed] : [])].join(' '),
        ],
        secondaryButtons: [createButton(undoAction, FEEDBACK_COPY.undo, name)],
      });
    case 'undone':
      return buildConfirmActionPage(layouts, token, {
        ...page,
        title: FEEDBACK_COPY.undone.title,
        sentences: [copy.undone(name)],
        secondaryButtons: [{ action, text: copy.redo, label: title }],
      });
  }
}

/** Every action on a paper, on one page: the plain text of a mail has one link for all of them. */
export function buildFeedbackOptionsPage(
  { token, paper, topics, givenVerbs }: FeedbackOptionsView,
  layouts: PageLayouts,
) {
  const links = createLinks(layouts.base);
  const verbButtons = (['more', 'less', 'save'] as const).map((verb) => {
    const action = links.feedback(token, verb, paper.id);
    const { button, undo } = FEEDBACK_COPY.verbs[verb];
    return givenVerbs.includes(verb)
      ? createButton(`${action}?back=1`, undo, paper.title)
      : createButton(action, button, paper.title);
  });
  const muteButtons = topics.map(({ slug, name, isMuted }) => {
    const action = links.muteTopic(token, slug);
    const text = isMuted ? FEEDBACK_COPY.mute.undo(name) : FEEDBACK_COPY.mute.button(name);
    return { action: isMuted ? `${action}?back=1` : action, text, label: text };
  });
  return buildConfirmActionPage(layouts, token, {
    title: FEEDBACK_COPY.options.title,
    paper: linkToPaper(paper, layouts),
    sentences: [FEEDBACK_COPY.options.sentence],
    button: null,
    secondaryButtons: [...verbButtons, ...muteButtons],
    links: [linkToSaved(token, layouts), linkToLearned(token, layouts)],
  });
}

function buildConfirmActionPage(layouts: PageLayouts, token: string, page: ConfirmActionPage) {
  return {
    layout: layouts.create({ title: page.title, action: linkToPreferences(layouts, token) }),
    ...page,
  };
}

function createButton(action: string, text: string, subject: string): ActionButton {
  return { action, text, label: FEEDBACK_COPY.labelFor(text, subject) };
}

function linkToPaper({ id, title }: PaperTitle, { base }: PageLayouts) {
  return { title, href: paperHref(base, id) };
}

function linkToSaved(token: string, { base }: PageLayouts): NavLink {
  return { text: SAVED_COPY.title, href: `${base}/saved/${token}` };
}

function linkToLearned(token: string, { base }: PageLayouts): NavLink {
  return { text: LEARNED_COPY.title, href: `${base}/learned/${token}` };
}

/** `“mamba” and “state space”`: the terms whose weight this feedback raised or, for `less`,
 *  lowered; empty for none. */
function describeTerms(verb: ExplicitVerb, terms: FeedbackView['terms']): string {
  const sign = verb === 'less' ? -1 : 1;
  const changed = terms.filter(({ weight }) => weight * sign > 0).slice(0, MAX_TERMS);
  return joinNames(changed.map(({ term }) => `“${term}”`));
}

const MAX_TERMS = 3;
