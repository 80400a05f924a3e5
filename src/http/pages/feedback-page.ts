import { describeList } from '../../domain/describe.ts';
import { linksBelow } from '../../domain/links.ts';
import type { FeedbackView, MuteView, OptionsView, SaidVerb } from './feedback-views.ts';
import { deliveryAction, type Frames } from './frame.ts';
import { paperHref } from './hrefs.ts';

/** A button that posts to an address. */
interface Press {
  action: string;
  text: string;
  /** For those who do not see what it stands under. */
  label: string;
}

/** A page with a paper or none, some sentences, and what can be pressed. */
interface PressPage {
  title: string;
  paper: { title: string; href: string } | null;
  sentences: string[];
  press: Press | null;
  /** Smaller than the press. */
  choices: Press[];
  ways: { text: string; href: string }[];
}

/** Before the press what it means, after it what was learned, with a way to take it back. */
export function feedbackPage({ token, verb, paper, state, terms }: FeedbackView, frames: Frames) {
  const links = linksBelow(frames.base);
  const words = WORDS[verb];
  const action = links.feedback(token, verb, paper.id);
  const say = { action, text: words.button, label: `${words.button}: ${paper.title}` };
  const takeBack = {
    action: `${action}?back=1`,
    text: 'Take it back',
    label: `Take it back: ${paper.title}`,
  };
  const page = {
    paper: { title: paper.title, href: paperHref(frames.base, paper.id) },
    press: state === 'asked' ? say : null,
    ways: [
      { text: 'More to say of this paper', href: links.feedback(token, 'options', paper.id) },
      ...(verb === 'save' ? [{ text: 'Saved papers', href: `${frames.base}/saved/${token}` }] : []),
      { text: 'What Paperboy has learned about you', href: `${frames.base}/learned/${token}` },
    ],
  };
  if (state === 'asked')
    return pressPage(frames, token, {
      ...page,
      title: words.button,
      sentences: [words.promise],
      choices: [],
    });
  if (state === 'said') {
    const sentences = [words.done(termsSaid(verb, terms))];
    return pressPage(frames, token, {
      ...page,
      title: words.title,
      sentences,
      choices: [takeBack],
    });
  }
  const sentences = ['It is as if you had not said it.'];
  const again = { ...say, text: 'Say it again' };
  return pressPage(frames, token, { ...page, title: 'Taken back', sentences, choices: [again] });
}

/** The same for a topic. */
export function mutePage({ token, topic, state, wasFollowed }: MuteView, frames: Frames) {
  const { name, slug } = topic;
  const action = linksBelow(frames.base).muteTopic(token, slug);
  const say = { action, text: `Mute ${name}`, label: `Mute ${name}` };
  const back = `${action}?back=1${wasFollowed ? '&follow=1' : ''}`;
  const page = {
    paper: null,
    press: state === 'asked' ? say : null,
    ways: [{ text: 'Your delivery', href: `${frames.base}/preferences/${token}#topics` }],
  };
  switch (state) {
    case 'asked':
      return pressPage(frames, token, {
        ...page,
        title: `Mute ${name}`,
        sentences: [
          `One press, and no paper on ${name} comes any more, however much it is talked about. Your words and names still bring theirs.`,
        ],
        choices: [],
      });
    case 'said':
      return pressPage(frames, token, {
        ...page,
        title: `${name} is muted`,
        sentences: [
          `Its papers come no more, but those that say one of your words or are by one of your names.${wasFollowed ? ' You follow it no longer.' : ''}`,
        ],
        choices: [{ action: back, text: 'Take it back', label: `Take it back: ${name}` }],
      });
    case 'takenBack':
      return pressPage(frames, token, {
        ...page,
        title: 'Taken back',
        sentences: [`Papers on ${name} may come again.`],
        choices: [{ ...say, text: 'Mute it again' }],
      });
  }
}

/** Every press that a paper allows, on one page: the one link that the plain text of a mail has. */
export function optionsPage({ token, paper, topics, said }: OptionsView, frames: Frames) {
  const links = linksBelow(frames.base);
  const verbs = (['more', 'less', 'save'] as const).map((verb) => {
    const action = links.feedback(token, verb, paper.id);
    const { button, undo } = WORDS[verb];
    const isSaid = said.includes(verb);
    return isSaid
      ? { action: `${action}?back=1`, text: undo, label: `${undo}: ${paper.title}` }
      : { action, text: button, label: `${button}: ${paper.title}` };
  });
  const mutes = topics.map(({ slug, name, isMuted }) => {
    const action = links.muteTopic(token, slug);
    const text = isMuted ? `Unmute ${name}` : `Mute ${name}`;
    return { action: isMuted ? `${action}?back=1` : action, text, label: text };
  });
  return pressPage(frames, token, {
    title: 'What do you say?',
    paper: { title: paper.title, href: paperHref(frames.base, paper.id) },
    sentences: ['Each is one press, and each can be taken back.'],
    press: null,
    choices: [...verbs, ...mutes],
    ways: [
      { text: 'Saved papers', href: `${frames.base}/saved/${token}` },
      { text: 'What Paperboy has learned about you', href: `${frames.base}/learned/${token}` },
    ],
  });
}

function pressPage(frames: Frames, token: string, page: PressPage) {
  return {
    frame: frames.of({ title: page.title, action: deliveryAction(frames, token) }),
    ...page,
  };
}

/** `“mamba” and “state space”`: the terms that this pushed its way; empty for none. */
function termsSaid(verb: SaidVerb, terms: FeedbackView['terms']): string {
  const sign = verb === 'less' ? -1 : 1;
  const pushed = terms.filter(({ weight }) => weight * sign > 0).slice(0, MOST_TERMS);
  return describeList(pushed.map(({ term }) => `“${term}”`));
}

const MOST_TERMS = 3;

const papersThatSay = (terms: string) =>
  terms === '' ? 'Papers like it' : `Papers that say ${terms}`;

const WORDS = {
  more: {
    button: 'More like this',
    undo: 'Take back “More like this”',
    promise: 'One press, and papers like it move up in your mail.',
    title: 'More like this',
    done: (terms: string) => `Noted. ${papersThatSay(terms)} move up in your mail.`,
  },
  less: {
    button: 'Less like this',
    undo: 'Take back “Less like this”',
    promise: 'One press, and papers like it move down in your mail.',
    title: 'Less like this',
    done: (terms: string) => `Noted. ${papersThatSay(terms)} move down in your mail.`,
  },
  save: {
    button: 'Save this paper',
    undo: 'Take it off your list',
    promise: 'One press, and it stands on your list until you take it off.',
    title: 'Saved',
    done: (terms: string) =>
      `It stands on your list until you take it off. ${papersThatSay(terms)} move up in your mail.`,
  },
} as const;
